"""strace on processes that already run."""

import contextlib
import subprocess
from pathlib import Path

from support.processes import ENDED
from support.waiting import wait_until


class CannotAttach(AssertionError):
    """Carries the message of strace."""


@contextlib.contextmanager
def attached(strace, pids):
    """Attaches to the processes. `strace` is the command without the processes.

    strace is killed instead of asked to end: it would first wait for every process to stop, which
    never happens if one is the init of a PID namespace that itself waits for a process that strace
    has not reaped. The processes that a killed tracer traced continue.
    """
    of = [argument for pid in pids for argument in ("-p", str(pid))]
    tracer = subprocess.Popen([*strace, *of], stderr=subprocess.PIPE)
    try:
        wait_until(
            lambda: tracer.poll() is not None
            or all(_is_traced_or_gone(pid, tracer.pid) for pid in pids),
            "strace does not attach",
        )
        if tracer.poll() is not None:
            raise CannotAttach("strace cannot attach here: " + tracer.stderr.read().decode())
        yield
    finally:
        tracer.kill()
        tracer.communicate()


def _is_traced_or_gone(pid, tracer):
    try:
        return f"TracerPid:\t{tracer}\n" in Path(f"/proc/{pid}/status").read_text()
    except ENDED:
        return True
