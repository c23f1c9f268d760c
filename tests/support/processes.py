"""The processes of this machine, of which the host sees all."""

import contextlib
import os
from pathlib import Path


def processes_with(mark):
    """Pids of those that have it in their command line."""
    found = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            if mark.encode() in process.read_bytes():
                found.append(int(process.parent.name))
    return [pid for pid in found if pid != os.getpid()]


def _children():
    """By parent. Not from /proc/PID/task/TID/children, which leaves some out while others end."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
            found.setdefault(parent, []).append(int(stat.parent.name))
    return found


def children(pid):
    return _children().get(pid, [])


def descendants(*pids):
    """Nearer ones first."""
    below = _children()
    found = [child for pid in pids for child in below.get(pid, [])]
    for child in found:  # grows while we walk it
        found += below.get(child, [])
    return found
