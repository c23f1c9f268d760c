"""The place for packages of `pip install` in a session, whose own Python is read-only.

It is a virtual environment in ~/.local, stacked on the one in which the interpreter runs: it starts
without packages, and a .pth file adds the packages of the other. So pip sees the installed
packages, leaves them in their place, and puts new packages or other versions in front of them. The
directory is also Python's user directory, so `pip install --user` uses it as well.

The interpreter does not run in this environment, because code that a program writes there would run
before the next program.
"""

import contextlib
import os
import pathlib
import site
import sys

DIRECTORY = pathlib.Path(os.environ.get("HOME", "/tmp"), ".local")
LIBRARY = DIRECTORY / f"lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"
STACKING = "stacked-environment.pth"

# Any word except `true` hides the system's packages. With `false` pip would refuse --user, because
# it concludes that Python does not search the user directory.
CONFIGURATION = "home = {home}\ninclude-system-site-packages = no\n"


def adopt():
    """Makes the directory and puts it on sys.path. Called again in every fork, whose sandbox can
    lack the directory or have packages in it. Without room for it, pip cannot work either."""
    with contextlib.suppress(OSError):
        _make()
    if str(LIBRARY) not in sys.path:
        installed = set(site.getsitepackages())
        first = next((i for i, path in enumerate(sys.path) if path in installed), len(sys.path))
        sys.path.insert(first, str(LIBRARY))
    with contextlib.suppress(OSError):
        for path in sorted(LIBRARY.glob("*.pth")):
            if path.name != STACKING:
                site.addpackage(str(LIBRARY), path.name, None)
    if (DIRECTORY / "bin/python3").exists():
        sys.executable = str(DIRECTORY / "bin/python3")


def _make():
    python = sys._base_executable
    LIBRARY.mkdir(parents=True, exist_ok=True)
    (DIRECTORY / "bin").mkdir(exist_ok=True)
    for name in ("python", "python3"):
        with contextlib.suppress(FileExistsError):
            (DIRECTORY / "bin" / name).symlink_to(python)
    below = filter(os.path.isdir, site.getsitepackages())
    _write(
        LIBRARY / STACKING, "".join(f"import site; site.addsitedir({path!r})\n" for path in below)
    )
    _write(DIRECTORY / "pyvenv.cfg", CONFIGURATION.format(home=os.path.dirname(python)))


def _write(path, text):
    if not path.exists():
        path.write_text(text)
