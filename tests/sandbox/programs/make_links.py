"""Makes hard links of foreign files in a directory; a file of its own is the positive control."""

import os

from attempt import attempt

ELSEWHERE = ["/etc/passwd", "/usr/bin/python3", "/proc/self/environ"]


def link(source, directory, name):
    os.link(source, os.path.join(directory, name), follow_symlinks=False)


def main(arguments):
    directory, canary = arguments["directory"], arguments["canary"]
    with open(os.path.join(directory, "own"), "w") as own:
        own.write("mine")
    answers = {"own file": attempt(lambda: link(own.name, directory, "own-link")),
               "canary": attempt(lambda: link(canary, directory, "canary-link"))}
    return answers | {path: attempt(lambda: link(path, directory, "system-link")) for path in ELSEWHERE}
