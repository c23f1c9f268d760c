"""Mounts of the host, and those among them that only one of our sandboxes could have made.

A mount that leaks from its namespace appears on the host at its path inside. A sandbox begins with
a new root on /tmp, which can be moved to /; everything else is mounted below it. The launcher
mounts /proc, and the helper of egress mounts /dev/net (mounts.cpp, launcher_process.cpp,
egress_child.cpp in sandbox/). Mounts at other places belong to other programs.
"""

from pathlib import Path

OF_SANDBOXES = {"/", "/tmp", "/proc", "/dev/net"}


def of_process(pid="self"):
    """Returns lines of mountinfo, without those below /sys: the kernel makes some mounts there by
    itself when a process accesses it."""
    lines = Path(f"/proc/{pid}/mountinfo").read_text().splitlines()
    return {line for line in lines if not _place(line).startswith("/sys/")}


def of_sandboxes():
    """Returns the mounts of this process's namespace at paths where sandboxes mount something."""
    return {line for line in of_process() if _place(line) in OF_SANDBOXES}


def _place(line):
    return line.split()[4]
