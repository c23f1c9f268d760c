"""Writes to the files of running programs: its interpreter, the agent, init, the libraries."""

import os
import sys

from attempt import attempt


def open_for_writing(path):
    os.close(os.open(path, os.O_WRONLY))


def mapped_files():
    with open("/proc/self/maps") as file:
        paths = {line.split(None, 5)[5].strip() for line in file if "/" in line}
    return sorted(path for path in paths if os.path.isfile(path))


def main(arguments):
    own = os.path.join(arguments["directory"], "own-program")
    open(own, "w").close()
    answers = {"own file": attempt(lambda: open_for_writing(own)),
               "self": attempt(lambda: open_for_writing("/proc/self/exe")),
               "python": attempt(lambda: open_for_writing(os.path.realpath(sys.executable))),
               "init": attempt(lambda: open_for_writing("/proc/1/exe"))}
    os.unlink(own)
    mapped = {attempt(lambda path=path: open_for_writing(path)) for path in mapped_files()}
    return answers | {"mapped files": sorted(mapped), "some were seen": len(mapped_files()) > 5}
