"""Where `pip install` puts packages in a session, whose own Python cannot be written to.

A virtual environment in ~/.local, stacked on the one that the interpreter runs in: it has no package
of its own, and a .pth file that adds those of the other. So pip counts as installed what is, leaves
it where it is, and puts what is new, or another version, before it. Because the directory is Python's
user directory too, `pip install --user` puts it there as well.

The interpreter does not run in it: what a program writes there would be run before the program.
"""

import contextlib
import os
import pathlib
import site
import sys

DIRECTORY = pathlib.Path(os.environ.get("HOME", "/tmp"), ".local")
LIBRARY = DIRECTORY / f"lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"
STACKING = "stacked-environment.pth"

# Any word but `true` keeps the system's packages out, as `false` does; pip would refuse --user for
# `false`, which for it means that Python does not look into the user directory.
CONFIGURATION = "home = {home}\ninclude-system-site-packages = no\n"


def adopt():
    """Makes the directory and puts it on sys.path. Once more in every fork, in the sandbox of which it
    may be missing or have been filled already. Where there is no room for it, pip has none either."""
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
    _write(LIBRARY / STACKING, "".join(f"import site; site.addsitedir({path!r})\n" for path in below))
    _write(DIRECTORY / "pyvenv.cfg", CONFIGURATION.format(home=os.path.dirname(python)))


def _write(path, text):
    if not path.exists():
        path.write_text(text)
