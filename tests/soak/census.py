"""Counts what a server and its launcher hold now; the counts before and after must be equal."""

import contextlib
import os
import re
from pathlib import Path

from support import mounts
from support.launchers import descriptors, group_directories, launchers_of
from support.processes import ENDED, descendants


def _namespaces(pids, kept):
    """Returns the namespaces that contain processes, or that a descriptor keeps.

    An ordinary user cannot look into sandboxes; namespaces that only processes keep end with them
    anyway.
    """
    held = {link for link in kept if re.match(r"\w+:\[\d+\]$", link)}
    for pid in pids:
        with contextlib.suppress(*ENDED, PermissionError):
            held.update(os.readlink(entry) for entry in Path(f"/proc/{pid}/ns").iterdir())
    return held


def census(server, temporary):
    """Returns counts by name. `temporary` is the TMPDIR of the server."""
    outer, inner = launchers_of(server)
    below = descendants(server)
    kept = {pid: descriptors(pid) for pid in (server, outer, inner)}
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
