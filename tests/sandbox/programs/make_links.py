"""Gives files from elsewhere a second name in a folder; a file of its own is the positive control."""

import os

from attempt import attempt

ELSEWHERE = ["/etc/passwd", "/usr/bin/python3", "/proc/self/environ"]


def link(source, folder, name):
    os.link(source, os.path.join(folder, name), follow_symlinks=False)


def main(arguments):
    folder, canary = arguments["folder"], arguments["canary"]
    with open(os.path.join(folder, "own"), "w") as own:
        own.write("mine")
    answers = {"own file": attempt(lambda: link(own.name, folder, "own-link")),
               "canary": attempt(lambda: link(canary, folder, "canary-link"))}
    return answers | {path: attempt(lambda: link(path, folder, "system-link")) for path in ELSEWHERE}
