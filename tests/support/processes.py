"""The processes of this machine, of which the host sees all.

They end while one looks: whoever has ended is left out, whichever way /proc says so.
"""

import contextlib
import os
from typing import NamedTuple

ENDED = (FileNotFoundError, ProcessLookupError)


class Process(NamedTuple):
    """As /proc/PID/stat tells it. The name has at most 15 bytes."""

    name: str
    state: str
    parent: int

    @property
    def is_zombie(self):
        return self.state == "Z"


def _read_of_each(file):
    """By pid: the content of its file."""
    found = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(*ENDED), open(f"/proc/{pid}/{file}", "rb") as opened:
            found[int(pid)] = opened.read()
    return found


def _parse(stat):
    before, _, after = stat.decode(errors="replace").rpartition(")")
    state, parent = after.split()[:2]
    return Process(before.partition("(")[2], state, int(parent))


def processes():
    """By pid."""
    return {pid: _parse(stat) for pid, stat in _read_of_each("stat").items()}


def processes_with(mark):
    """Pids of those that have it in their command line."""
    lines = _read_of_each("cmdline")
    return [pid for pid, line in lines.items() if mark.encode() in line and pid != os.getpid()]


def process_named(name):
    """The pid of the first one."""
    found = [pid for pid, process in processes().items() if process.name == name]
    assert found, f"no process is called {name}"
    return found[0]


def _children(everyone):
    """By parent. Not from /proc/PID/task/TID/children, which leaves some out while others end."""
    found = {}
    for pid, process in everyone.items():
        found.setdefault(process.parent, []).append(pid)
    return found


def children(pid):
    return _children(processes()).get(pid, [])


def below(*pids):
    """By pid: the descendants, nearer ones first."""
    everyone = processes()
    children_of = _children(everyone)
    found = [child for pid in pids for child in children_of.get(pid, [])]
    for child in found:  # grows while we walk it
        found += children_of.get(child, [])
    return {pid: everyone[pid] for pid in found}


def descendants(*pids):
    return list(below(*pids))
