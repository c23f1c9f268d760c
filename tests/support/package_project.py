"""A project that adds packages to its sessions, for tests of `dynsessions packages`."""

import json
from pathlib import Path

from support.emulator import run_to_end
from support.wheels import make_wheel

# pip and the interpreter that is started to try the packages can take a minute under load.
INSTALL_SECONDS = 600
DONE, FAILED, WRONG_USAGE, NO_ENGINE = 0, 1, 2, 4


class Project:
    """A directory with a requirements file, wheels and a state directory."""

    def __init__(self, directory):
        self.directory = Path(directory)
        self.wheels = self.directory / "wheels"
        self.wheels.mkdir()
        self.file = self.directory / "sessions.txt"
        self.state = self.directory / "state"
        self.options = ("--requirements", str(self.file), "--state-dir", str(self.state))
        make_wheel(
            self.wheels, "greeting", "1.0", "import helper\nword = helper.word\n", ["helper"]
        )
        make_wheel(self.wheels, "helper", "2.0", "word = 'hello'\ndef say(): print(word)\n",
                   script=("say-word", "say"))  # fmt: skip

    def run(self, command, *arguments, **environment):
        words = ("packages", command, *self.options, *arguments)
        return run_to_end(*words, seconds=INSTALL_SECONDS, **environment)

    def add(self, *names):
        ended = self.run("add", "--wheels", str(self.wheels), *names)
        assert ended.returncode == DONE, ended.stderr
        return ended

    def layers(self):
        directory = self.state / "packages"
        return sorted(each.name for each in directory.iterdir() if each.is_dir())

    def listed(self):
        ended = self.run("list", "-o", "json")
        assert ended.returncode == DONE, ended.stderr
        return {each["name"]: each for each in json.loads(ended.stdout)["value"]}
