"""Builds a layer: a virtual environment with the packages that a project adds to its base.

    environment_layer.py LAYER REQUIREMENTS CONSTRAINTS

Run by the base's own Python, outside of any sandbox, by `dynsessions packages` and by servers. LAYER
is a new directory. Its site-packages end with those of the base, so that pip counts as installed what
the base has, leaves it where it is, and puts what is new, or another version, in front of it. The last
line on stdout tells in JSON what pip has put there:

    {"packages": {"plotly": "5.24.1"}, "conflicts": ["pandas 2.2.2 has requirement …"]}

On failure it exits with another status than 0, and stderr has the reason. pip's own settings apply.
"""

import ctypes
import json
import os
import pathlib
import platform
import shutil
import signal
import site
import subprocess
import sys
import tempfile
from importlib import metadata

# The path of the base in a session of the full tier; emulator/packages/python_environment.h has the
# same.
BASE_INSIDE = "/opt/dynsessions-base"
PR_SET_PDEATHSIG = 1
FONT_CACHE = "share/dynsessions/matplotlib"
PIP = ("-I", "-m", "pip", "--disable-pip-version-check", "--no-input")
# Starts the agent and runs one program, since the layer can have another IPython.
TRY_AGENT = """
import asyncio, os, sys
sys.path.append(sys.argv[1])
try:
    import agent
    streams = agent.prepare_process()
    answer = asyncio.run(agent.Agent(agent.make_shell(streams), streams)._answer(agent.WARM_UP))
    complaint = "" if b'"ok": true' in answer else answer.decode("utf-8", "replace")
except BaseException as error:
    complaint = f"{type(error).__name__}: {error}"
os.write(2, complaint.encode("utf-8", "replace"))
os._exit(1 if complaint else 0)
"""


def end_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def run(*command, **how):
    return subprocess.run(command, preexec_fn=end_with_parent, **how)


def is_environment(prefix):
    return os.path.isfile(os.path.join(prefix, "pyvenv.cfg"))


def stacking_lines():
    """A .pth file runs lines that begin with `import`. Those of an environment are at another place
    in a sandbox; a Python without one, Debian's or one in /opt, is where it is."""
    for directory in filter(os.path.isdir, site.getsitepackages()):
        inside = directory
        if is_environment(sys.prefix):
            inside = os.path.join(BASE_INSIDE, os.path.relpath(directory, sys.prefix))
        yield (
            f"import os, site; site.addsitedir({inside!r} if os.path.isdir({inside!r}) "
            f"else {directory!r})\n"
        )


def make_environment(layer, library):
    """Replaces venv, which needs ensurepip and would copy a pip that the base already has."""
    library.mkdir(parents=True)
    (layer / "bin").mkdir()
    for name in ("python", "python3"):
        (layer / "bin" / name).symlink_to(sys._base_executable)
    configuration = {
        "home": os.path.dirname(sys._base_executable),
        "include-system-site-packages": "false",
        "version": platform.python_version(),
        "base-environment": sys.prefix if is_environment(sys.prefix) else "",
    }
    text = "".join(f"{key} = {value}\n" for key, value in configuration.items())
    (layer / "pyvenv.cfg").write_text(text)
    (library / "base-environment.pth").write_text("".join(stacking_lines()))


def install(python, requirements, constraints):
    options = ("--quiet", "--prefer-binary", "--retries", "2")
    files = ("--requirement", requirements, "--constraint", constraints)
    done = run(python, *PIP, "install", *options, *files, stdout=sys.stderr)
    if done.returncode < 0:
        sys.exit(f"ERROR: pip was ended by signal {-done.returncode}")
    if done.returncode > 0:
        sys.exit(1)


def require_agent(python):
    """Ends with the reason if sessions could not start with the packages."""
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "HOME": home, "TMPDIR": home}
        agents = os.path.dirname(os.path.abspath(__file__))
        command = (python, "-s", "-B", "-c", TRY_AGENT, agents)
        tried = run(*command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    if tried.returncode != 0:
        reason = tried.stderr.decode("utf-8", "replace").strip()
        sys.exit(f"ERROR: the agent of sessions does not work with these packages: {reason}")


def conflicts(python):
    """Returns conflicts, including those of packages of the base, which can need another version
    than the layer has."""
    checked = run(python, *PIP, "check", stdout=subprocess.PIPE, text=True)
    return checked.stdout.splitlines() if checked.returncode != 0 else []


def free_of_path(layer):
    """Replaces the path of Python in programs, which sessions do not have, by `env python3`."""
    for program in (layer / "bin").iterdir():
        content = b"" if program.is_symlink() else program.read_bytes()
        first, end, rest = content.partition(b"\n")
        if first.startswith(b"#!" + os.fsencode(layer)):
            program.write_bytes(b"#!/usr/bin/env python3" + end + rest)


def make_font_cache(layer, library, python):
    """Copies the font cache of the base, or makes one if the layer has another matplotlib."""
    target, of_base = layer / FONT_CACHE, pathlib.Path(sys.prefix, FONT_CACHE)
    if (library / "matplotlib").is_dir():
        target.mkdir(parents=True)
        code = "import matplotlib.font_manager"
        run(python, "-I", "-c", code, env={**os.environ, "MPLCONFIGDIR": str(target)}, check=True)
    elif of_base.is_dir():
        shutil.copytree(of_base, target)


def main():
    os.umask(0o022)  # sessions of a root server run as other users
    layer = pathlib.Path(sys.argv[1])
    requirements, constraints = sys.argv[2:]
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    library = layer / "lib" / version / "site-packages"
    python = str(layer / "bin/python3")
    make_environment(layer, library)
    install(python, requirements, constraints)
    require_agent(python)
    free_of_path(layer)
    make_font_cache(layer, library, python)
    found = metadata.distributions(path=[str(library)])
    packages = {distribution.metadata["Name"]: distribution.version for distribution in found}
    print(json.dumps({"packages": packages, "conflicts": conflicts(python)}))


if __name__ == "__main__":
    try:
        main()
    except OSError as error:
        sys.exit(f"ERROR: {error.filename}: {error.strerror}")
