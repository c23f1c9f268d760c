"""The environment that sessions run in, and the script that builds it."""

import pathlib
import re
import subprocess

import pytest

from agent_process import PYTHON, REPOSITORY

INTERPRETER = REPOSITORY / "sandbox/agents/python"
SCRIPT = INTERPRETER / "create_environment.sh"
REQUIREMENTS = INTERPRETER / "requirements.txt"

# Imitates Python, venv and pip, and records how it is called.
FAKE_PYTHON = """#!/bin/sh
echo "$*" >>{log}
case "$*" in
  *platform.python_version*) echo {version} ;;
  *ensurepip*) exit {ensurepip} ;;
  "-m venv "*) mkdir -p "$3/bin"; cp "$0" "$3/bin/python3"; touch "$3/pyvenv.cfg" ;;
  "-m pip install"*) [ ! -e {log}.offline ] ;;
  *font_manager*) touch "$MPLCONFIGDIR/fontlist-1.json" ;;
esac
"""


class Builder:
    """Runs the script with an imitation of Python."""

    def __init__(self, directory, version="3.11.2", ensurepip=0):
        self.environment = directory / "environment"
        self.python = directory / "fake_python"
        self.log = directory / "log"
        self.offline = directory / "log.offline"
        script = FAKE_PYTHON.format(log=self.log, version=version, ensurepip=ensurepip)
        self.python.write_text(script)
        self.python.chmod(0o755)

    def build(self):
        """Returns how the script ended, and whether it called pip to install."""
        self.log.write_text("")
        finished = subprocess.run(
            [SCRIPT, self.environment],
            env={"PYTHON": str(self.python), "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=False,
        )
        return finished, "pip install" in self.log.read_text()


def test_an_environment_is_built_once(tmp_path):
    builder = Builder(tmp_path)
    finished, installed = builder.build()
    assert (finished.returncode, finished.stderr, installed) == (0, "", True)
    finished, installed = builder.build()
    assert (finished.returncode, finished.stdout, finished.stderr) == (0, "", "")
    assert not installed


def test_an_environment_of_another_python_is_built_again(tmp_path):
    Builder(tmp_path).build()
    finished, installed = Builder(tmp_path, version="3.12.1").build()
    assert (finished.returncode, installed) == (0, True)


def test_an_incomplete_environment_is_removed_and_built_again(tmp_path):
    builder = Builder(tmp_path)
    builder.offline.touch()
    finished, _ = builder.build()
    assert finished.returncode != 0
    (builder.environment / "half").touch()
    builder.offline.unlink()
    finished, installed = builder.build()
    assert (finished.returncode, installed) == (0, True)
    assert not (builder.environment / "half").exists()


def test_a_directory_that_is_no_environment_is_left_alone(tmp_path):
    builder = Builder(tmp_path)
    builder.environment.mkdir()
    thesis = builder.environment / "thesis.txt"
    thesis.touch()
    finished, _ = builder.build()
    assert finished.returncode == 1
    assert "is not a virtual environment" in finished.stderr
    assert thesis.exists()


UNSUITABLE = {
    "too old": ({"version": "3.9.2"}, "the packages need 3.11 or 3.12"),
    "without venv": ({"ensurepip": 1}, "sudo apt-get install python3-venv"),
}


@pytest.mark.parametrize("fake, cure", UNSUITABLE.values(), ids=UNSUITABLE.keys())
def test_an_unsuitable_python_is_refused_with_the_cure(tmp_path, fake, cure):
    builder = Builder(tmp_path, **fake)
    finished, installed = builder.build()
    assert (finished.returncode, installed) == (1, False)
    assert cure in finished.stderr
    assert not builder.environment.exists()


def test_sessions_have_exactly_the_pinned_packages():
    freeze = [PYTHON, "-m", "pip", "freeze", "--all", "--disable-pip-version-check"]
    installed = subprocess.run(freeze, capture_output=True, text=True, check=True).stdout
    pinned = re.sub(r" *#.*", "", REQUIREMENTS.read_text())
    assert packages(installed) - {"pip"} == packages(pinned)


def packages(lines):
    """Returns names and versions in normal form, without pip, which comes with Python."""
    normal = (re.sub(r"[-_.]+", "-", line).lower() for line in lines.split())
    return {line if not line.startswith("pip==") else "pip" for line in normal}


def test_matplotlib_starts_with_the_font_cache_of_the_environment(agent):
    prefix = agent.run("import sys; sys.prefix").value["characters"]
    built = pathlib.Path(prefix, "share/dynsessions/matplotlib")
    if not built.is_dir():
        pytest.skip(f"{prefix} was not made by create_environment.sh")
    code = "import matplotlib, os\nos.path.realpath(matplotlib.get_cachedir() + '/{}')"
    for cache in built.iterdir():
        result = agent.run(code.format(cache.name))
        assert (result.value["characters"], result.stderr) == (str(cache), b"")
