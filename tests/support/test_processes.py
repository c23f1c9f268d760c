import os
import subprocess
import sys
import time
import uuid

import pytest

from support import waiting
from support.processes import (
    ENDED,
    below,
    children,
    descendants,
    process_named,
    processes,
    processes_with,
)

COMING_AND_GOING = "while :; do for i in 1 2 3 4 5 6 7 8; do /bin/true & done; wait; done"


def test_processes_that_end_during_a_search_are_left_out():
    with subprocess.Popen(["sh", "-c", COMING_AND_GOING]) as shell:
        try:
            seen, looks = set(), 0
            end = time.monotonic() + waiting.SECONDS
            # On a busy machine the shell might not run during the first looks.
            while looks < 300 or (len(seen) <= 10 and time.monotonic() < end):
                looks += 1
                seen.update(descendants(shell.pid))
                assert shell.pid in processes_with("/bin/true")
                assert os.getpid() in processes()
        finally:
            shell.kill()
    assert len(seen) > 10, "no process started or ended"


@pytest.mark.parametrize("way", ENDED)
def test_one_that_ends_before_it_is_read_is_left_out(monkeypatch, way):
    def open_but_ours(path, *how):
        if path == f"/proc/{os.getpid()}/stat":
            raise way
        return open(path, *how)

    assert os.getpid() in processes()
    monkeypatch.setattr("support.processes.open", open_but_ours, raising=False)
    assert os.getpid() not in processes()
    assert os.getppid() in processes()


def test_a_process_is_found_by_its_name_its_mark_and_its_parent():
    mark = f"mark-{uuid.uuid4()}"
    name = mark[:15]
    parent = f"""
import os, sys
if not os.fork():
    with open("/proc/self/comm", "w") as comm:
        comm.write({name!r})
    print("named", flush=True)
    sys.stdin.read()
    os._exit(0)
os.wait()
"""
    command = [sys.executable, "-c", parent, mark]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"named\n"
        (child,) = children(process.pid)
        assert process_named(name) == child
        assert sorted(processes_with(mark)) == sorted([process.pid, child])
        ((pid, found),) = below(process.pid).items()
        assert (pid, found.name, found.parent) == (child, name, process.pid)
        process.stdin.close()


def test_a_process_that_nobody_reaped_is_a_zombie():
    with subprocess.Popen(["true"]) as process:
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert below(os.getpid())[process.pid].is_zombie
    assert process.pid not in below(os.getpid())
