"""The launchers and the zygote below a server, found by parentage: the processes that a launcher
forks have its name and its command line too, for moments."""

import contextlib
import os
import re
from pathlib import Path

from support.processes import ENDED, children


def launcher_of(server):
    """Returns the outer one of two launchers in the full tier; below that tier the only one."""
    return next(child for child in children(server) if _program(child) == "sandbox-launcher")


def launchers_of(server):
    """Returns the outer and the inner launcher: PID 1 of all sandboxes."""
    outer = launcher_of(server)
    return outer, children(outer)[0]


def zygote_of(server):
    _, inner = launchers_of(server)
    return next(child for child in children(inner) if b"zygote.py" in _arguments(child))


def _arguments(pid):
    with contextlib.suppress(*ENDED):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def _program(pid):
    return Path(os.fsdecode(_arguments(pid).split(b"\0")[0])).name


def descriptors(pid):
    """Returns what each open descriptor of the process refers to."""
    links = []
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(*ENDED):
            links.append(os.readlink(entry))
    return links


def group_directories(server):
    """Returns the launcher's directories in every hierarchy; the launcher keeps them locked
    (cgroups.h)."""
    kept = descriptors(launcher_of(server))
    return {Path(link) for link in kept if re.search(r"/dynsessions-launcher-\w+$", link)}
