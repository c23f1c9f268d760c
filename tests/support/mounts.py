"""Mounts, and which of the host's could only have come from a sandbox of ours.

A mount that leaves its namespace lies on the host where it lies inside. A sandbox begins with a new
root on /tmp, which may be moved to /; everything else is mounted below it. The launcher mounts /proc,
and the helper of egress /dev/net (mounts.cpp, launcher_process.cpp, egress_child.cpp in sandbox/).
Mounts at other places are those of other programs.
"""

from pathlib import Path

OF_SANDBOXES = {"/", "/tmp", "/proc", "/dev/net"}


def of_process(pid="self"):
    """Lines of mountinfo, without those below /sys: the kernel mounts some there by itself, when a
    process looks."""
    lines = Path(f"/proc/{pid}/mountinfo").read_text().splitlines()
    return {line for line in lines if not _place(line).startswith("/sys/")}


def of_sandboxes():
    """Of the namespace of this process: those at places where sandboxes mount something."""
    return {line for line in of_process() if _place(line) in OF_SANDBOXES}


def _place(line):
    return line.split()[4]
