"""Makes orphans that end at once, as many as it is told, and counts what is left of them. By a
shell: it forks quicker than an interpreter that has much loaded."""

import os
import subprocess
import time

MAKE = "i=0; while [ $i -lt $0 ]; do (: &); i=$((i+1)); done"


def processes():
    """None where /proc is closed: then only from outside it can be seen."""
    try:
        return sum(name.isdigit() for name in os.listdir("/proc"))
    except PermissionError:
        return None


def main(arguments):
    before = processes()
    subprocess.run(["/bin/sh", "-c", MAKE, str(arguments["count"])], check=True)
    end = time.monotonic() + 10
    while before and processes() > before and time.monotonic() < end:
        time.sleep(0.01)
    return {"left": processes() - before if before else 0}
