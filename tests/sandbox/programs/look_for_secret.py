"""Looks for a text in every environment that it can read. The text is passed backwards; a variable
that the program sets itself is the positive control."""

import os
import subprocess

from attempt import attempt


def environments(children):
    """Tries all numbers, since a directory can refuse to be listed and still be entered."""
    for pid in [*range(1, 5000), os.getpid(), *children]:
        found = []
        attempt(lambda pid=pid: found.append(open(f"/proc/{pid}/environ", "rb").read()))
        yield from found


def main(arguments):
    secret = arguments["backwards"][::-1].encode()
    child = subprocess.Popen(["sleep", "60"], env={"PLANTED": "planted-here"})
    try:
        seen = list(environments([child.pid]))
    finally:
        child.kill()
        child.wait()
    return {"secret": any(secret in each for each in seen), "own": secret.decode() in str(os.environ),
            "planted": any(b"planted-here" in each for each in seen)}
