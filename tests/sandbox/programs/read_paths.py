"""Opens, lists and truncates the given paths; its own files are the positive control."""

import os

from attempt import attempt


def main(arguments):
    with open("/mnt/data/own", "w") as file:
        file.write("own")
    own = os.environ["DYNSESSIONS_DIRECTORY"] + "/data/own"
    answers = {"own": attempt(lambda: open(own).close()),
               "own cut": attempt(lambda: os.truncate(own, 0)),
               "system": attempt(lambda: open("/etc/os-release").close())}
    for path in arguments["paths"]:
        answers[path] = attempt(lambda: open(path).close())
        answers[path + " cut"] = attempt(lambda: os.truncate(path, 0))
        answers[path + " linked"] = attempt(lambda: os.link(path, "/mnt/data/link"))
    return answers
