"""Counts what a server and its launcher hold now; the counts before and after must be equal."""

import contextlib
import os
import re
from pathlib import Path

from support import mounts
from support.processes import ENDED, children, descendants


def launcher(server):
    """Returns the outer one of two launchers in the full tier; below that tier the only one."""
    return next(child for child in children(server) if _program(child) == "sandbox-launcher")


def launchers(server):
    """Returns the outer and the inner launcher: PID 1 of all sandboxes."""
    outer = launcher(server)
    return outer, children(outer)[0]


def zygote(server):
    _, inner = launchers(server)
    return next(child for child in children(inner) if b"zygote.py" in _arguments(child))


def _arguments(pid):
    with contextlib.suppress(*ENDED):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def _program(pid):
    return Path(os.fsdecode(_arguments(pid).split(b"\0")[0])).name


def _descriptors(pid):
    links = []
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(*ENDED):
            links.append(os.readlink(entry))
    return links


def _namespaces(pids, descriptors):
    """Returns the namespaces that contain processes, or that a descriptor keeps.

    An ordinary user cannot look into sandboxes; namespaces that only processes keep end with them
    anyway.
    """
    held = {link for link in descriptors if re.match(r"\w+:\[\d+\]$", link)}
    for pid in pids:
        with contextlib.suppress(*ENDED, PermissionError):
            held.update(os.readlink(entry) for entry in Path(f"/proc/{pid}/ns").iterdir())
    return held


def group_directories(server):
    """Returns the launcher's directories in every hierarchy; the launcher keeps them locked
    (cgroups.h)."""
    kept = _descriptors(launcher(server))
    return {Path(link) for link in kept if re.search(r"/dynsessions-launcher-\w+$", link)}


def resident_kib(pid):
    return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1])


def census(server, temporary):
    """Returns counts by name. `temporary` is the TMPDIR of the server."""
    outer, inner = launchers(server)
    below = descendants(server)
    kept = {pid: _descriptors(pid) for pid in (server, outer, inner)}
    return {
        "processes": len(below),
        "descriptors of the server": len(kept[server]),
        "descriptors of the launchers": len(kept[outer]) + len(kept[inner]),
        "mounts of the host": len(mounts.of_sandboxes()),
        "mounts of the launcher": len(mounts.of_process(inner)),
        "namespaces": len(_namespaces([server, *below], kept[inner])),
        "cgroups": sum(1 for top in group_directories(server) for _ in top.glob("**/")),
        "temporary files": sum(1 for _ in Path(temporary).iterdir()),
    }
