"""Looks for a text in every environment that it can read. It is told the text backwards; a variable
of its own making is the positive control."""

import os
import subprocess

from attempt import attempt


def environments(children):
    """Of all numbers, since a directory may be closed to who looks and its inside open."""
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
