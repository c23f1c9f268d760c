"""Catches processes that a killed process leaves behind: orphans become children of this process.

No process in the launcher's PID namespace can outlive the launcher. The processes to look for
afterwards are the server, its launchers, and the processes that these started in the meantime.
"""

import contextlib
import ctypes
import os
import time

from support.processes import children, descendants, processes

PR_SET_CHILD_SUBREAPER = 36


@contextlib.contextmanager
def adopted():
    """Adopts orphans during the block. Yields a function that returns the children adopted since
    its start."""
    _set_subreaper(True)
    ours = set(children(os.getpid()))
    try:
        yield lambda: [pid for pid in children(os.getpid()) if pid not in ours]
    finally:
        _set_subreaper(False)


def _set_subreaper(on):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_CHILD_SUBREAPER, int(on), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def living(pids):
    """Returns which of these processes and their descendants live; reaps orphans that have
    ended."""
    for pid in pids:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
    candidates, everyone = {*pids, *descendants(*pids)}, processes()
    return [pid for pid in candidates if pid in everyone and everyone[pid].state not in "ZX"]


def left_after(pids, seconds):
    """Returns the processes that still live after this time; returns at once if none does. `pids`:
    a function."""
    end = time.monotonic() + seconds
    while (left := living(pids())) and time.monotonic() < end:
        time.sleep(0.02)
    return left
