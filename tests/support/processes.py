"""The processes of this machine; the host sees all of them.

Processes can end during a search; those that have ended are left out, whichever error /proc
reports.
"""

import contextlib
import os
from typing import NamedTuple

ENDED = (FileNotFoundError, ProcessLookupError)


class Process(NamedTuple):
    """One line of /proc/PID/stat. The name has at most 15 bytes."""

    name: str
    state: str
    parent: int

    @property
    def is_zombie(self):
        return self.state == "Z"


def _read_of_each(file):
    """Returns the content of this file of each process, by pid."""
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
    """Returns all processes by pid."""
    return {pid: _parse(stat) for pid, stat in _read_of_each("stat").items()}


def processes_with(mark):
    """Returns pids of the processes that have the mark in their command line."""
    lines = _read_of_each("cmdline")
    return [pid for pid, line in lines.items() if mark.encode() in line and pid != os.getpid()]


def process_named(name):
    """Returns the pid of the first process of this name."""
    found = [pid for pid, process in processes().items() if process.name == name]
    assert found, f"no process is called {name}"
    return found[0]


def _children(everyone):
    """Returns children by parent. /proc/PID/task/TID/children is not used: it omits some while
    others end."""
    found = {}
    for pid, process in everyone.items():
        found.setdefault(process.parent, []).append(pid)
    return found


def children(pid):
    return _children(processes()).get(pid, [])


def below(*pids):
    """Returns the descendants by pid, nearer ones first."""
    everyone = processes()
    children_of = _children(everyone)
    found = [child for pid in pids for child in children_of.get(pid, [])]
    for child in found:  # grows during the loop
        found += children_of.get(child, [])
    return {pid: everyone[pid] for pid in found}


def descendants(*pids):
    return list(below(*pids))
