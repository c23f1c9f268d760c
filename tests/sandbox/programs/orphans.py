"""Makes as many orphans as requested, which end at once, and counts the remaining ones. A shell
makes them: it forks faster than an interpreter that has loaded much."""

import os
import subprocess
import time

MAKE = "i=0; while [ $i -lt $0 ]; do (: &); i=$((i+1)); done"


def processes():
    """Returns None where /proc is closed: then they can only be seen from outside."""
    try:
        return sum(name.isdigit() for name in os.listdir("/proc"))
    except PermissionError:
        return None


def main(arguments):
    before = processes()
    subprocess.run(["/bin/sh", "-c", MAKE, str(arguments["count"])], check=True)
    end = time.monotonic() + 60
    while before and processes() > before and time.monotonic() < end:
        time.sleep(0.01)
    return {"left": processes() - before if before else 0}
