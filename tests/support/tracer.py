"""strace on processes that already run."""

import contextlib
import subprocess
from pathlib import Path

from support.processes import ENDED
from support.waiting import wait_until


class CannotAttach(AssertionError):
    """With what strace says about it."""


@contextlib.contextmanager
def attached(strace, pids):
    """`strace` is the command without the processes.

    It is killed, not asked to leave: it would first wait for every process to stop, for ever if one
    is the init of a PID namespace that itself waits for what strace has not reaped. What a killed
    tracer traced goes on.
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
            raise CannotAttach("strace may not attach here: " + tracer.stderr.read().decode())
        yield
    finally:
        tracer.kill()
        tracer.communicate()


def _is_traced_or_gone(pid, tracer):
    try:
        return f"TracerPid:\t{tracer}\n" in Path(f"/proc/{pid}/status").read_text()
    except ENDED:
        return True
