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
