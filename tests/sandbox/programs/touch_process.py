"""Tries everything that one process can do to another, named by its pid; returns what succeeded."""

import ctypes
import os
import resource
import signal

from attempt import attempt, system_call

PTRACE_ATTACH, PTRACE_DETACH = 16, 17
SYS_PTRACE, SYS_KCMP, SYS_PIDFD_GETFD = 101, 312, 438
SYS_PROCESS_VM_READV, SYS_PROCESS_MADVISE = 310, 440
libc = ctypes.CDLL(None, use_errno=True)


def trace(pid):
    answer = system_call(SYS_PTRACE, PTRACE_ATTACH, pid, 0, 0)
    if answer == "allowed":
        os.waitpid(pid, 0x40000000)  # __WALL
        system_call(SYS_PTRACE, PTRACE_DETACH, pid, 0, 0)
    return answer


def with_descriptor(pid, action):
    def act():
        descriptor = os.pidfd_open(pid)
        try:
            action(descriptor)
        finally:
            os.close(descriptor)
    return attempt(act)


def steal_descriptor(descriptor):
    taken = libc.syscall(SYS_PIDFD_GETFD, descriptor, 1, 0)
    if taken < 0:
        raise OSError(ctypes.get_errno(), "pidfd_getfd")
    os.close(taken)


def main(arguments):
    pid = arguments["pid"]
    process = f"/proc/{pid}"
    return {"ptrace": trace(pid),
            "process_vm_readv": system_call(SYS_PROCESS_VM_READV, pid, 0, 0, 0, 0, 0),
            "kcmp": system_call(SYS_KCMP, pid, pid, 0, 0, 0),
            "pidfd_getfd": with_descriptor(pid, steal_descriptor),
            "memory": attempt(lambda: open(f"{process}/mem", "rb").close()),
            "environment": attempt(lambda: open(f"{process}/environ", "rb").read()),
            "descriptors": attempt(lambda: os.listdir(f"{process}/fd")),
            "root": attempt(lambda: os.listdir(f"{process}/root")),
            "limits": attempt(lambda: resource.prlimit(pid, resource.RLIMIT_CORE)),
            "scheduling": attempt(lambda: os.sched_setaffinity(pid, os.sched_getaffinity(pid))),
            "signal": attempt(lambda: os.kill(pid, 0)),
            "signal by descriptor": with_descriptor(
                pid, lambda d: signal.pidfd_send_signal(d, 0))}
