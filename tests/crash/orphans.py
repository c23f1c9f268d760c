"""Catches what a killed process leaves behind: its orphans become children of this process.

What lives in the launcher's PID namespace cannot outlive the launcher, whatever it is, so what is to
be looked for afterwards are the server, its launchers, and whoever was started by them meanwhile.
"""

import contextlib
import ctypes
import os
import time

from support.processes import children, descendants, processes

PR_SET_CHILD_SUBREAPER = 36


@contextlib.contextmanager
def adopted():
    """Orphans come here while it lasts. Yields a function: the children that came since."""
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
    """Of these processes and of those below them; orphans that have ended are reaped."""
    for pid in pids:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
    candidates, everyone = {*pids, *descendants(*pids)}, processes()
    return [pid for pid in candidates if pid in everyone and everyone[pid].state not in "ZX"]


def left_after(pids, seconds):
    """Those that live on for so long; at once when none does. `pids`: a function."""
    end = time.monotonic() + seconds
    while (left := living(pids())) and time.monotonic() < end:
        time.sleep(0.02)
    return left
