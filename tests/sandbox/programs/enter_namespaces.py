"""Enters the namespaces of a process, by its files and by its descriptor."""

import os

from attempt import attempt, system_call

SETNS, NEWNS = 308, 0x20000
KINDS = ["cgroup", "ipc", "mnt", "net", "pid", "uts"]


def enter(path):
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return system_call(SETNS, descriptor, 0)
    finally:
        os.close(descriptor)


def enter_of(pid, kind):
    answers = []
    opened = attempt(lambda: answers.append(enter(f"/proc/{pid}/ns/{kind}")))
    return answers[0] if answers else opened


def main(arguments):
    pid = arguments["pid"] or os.getpid()
    return {kind: enter_of(pid, kind) for kind in KINDS}
