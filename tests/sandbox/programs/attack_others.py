"""Attacks every process it can name, again and again, until it is stopped. Returns what it reached
besides itself and init; its own children are the positive control."""

import os
import resource
import select
import signal

CONTROL = 3
PIDS = range(2, 300)


def attacks(pid):
    yield "slow down", lambda: os.sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0))
    yield "limit", lambda: resource.prlimit(pid, resource.RLIMIT_NOFILE, (0, 0))
    yield "memory", lambda: open(f"/proc/{pid}/mem", "r+b").close()
    yield "descriptors", lambda: os.listdir(f"/proc/{pid}/fd")
    yield "environment", lambda: open(f"/proc/{pid}/environ", "rb").close()
    yield "stop", lambda: os.kill(pid, signal.SIGSTOP)
    yield "kill group", lambda: os.killpg(pid, signal.SIGKILL)
    yield "kill", lambda: os.kill(pid, signal.SIGKILL)


def attack(pids, reached):
    for pid in pids:
        for name, action in attacks(pid):
            try:
                action()
                reached.add(name)
            except OSError:
                pass


def fork_paused():
    child = os.fork()
    if child == 0:
        while True:
            signal.pause()
    os.setpgid(child, child)
    return child


def told_to_stop():
    return bool(select.select([CONTROL], [], [], 0)[0])


def main(arguments):
    os.write(1, b"running\n")
    others, rounds = set(), 0
    while rounds < 3 or not told_to_stop():
        attack((pid for pid in PIDS if pid != os.getpid()), others)
        try:
            os.kill(-1, signal.SIGSTOP)
            others.add("stop everybody")
        except ProcessLookupError:
            rounds += 1
    control = set()
    child = fork_paused()
    attack([child], control)
    os.waitpid(child, 0)
    return {"others": sorted(others), "own child": sorted(control)}
