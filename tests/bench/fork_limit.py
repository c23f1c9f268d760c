"""Measures the time in which the kernel forks an equal process into equal namespaces, and ends many
of them: the least that a new session, and the end of many, can cost. Run with the sessions' Python;
prints the seconds of each fork, then the seconds in which all of ENDINGS forks end that are killed
at once.

    fork_limit.py MODULES ROUNDS [ENDINGS]
"""

import ctypes
import gc
import importlib
import os
import platform
import signal
import sys
import time

# mount, cgroup, host name, IPC, user, PID, network
NAMESPACES = 0x20000 | 0x2000000 | 0x4000000 | 0x8000000 | 0x10000000 | 0x20000000 | 0x40000000
CLONE = {"x86_64": 56, "aarch64": 220}[platform.machine()]
LIBC = ctypes.PyDLL(None, use_errno=True)


def clone_into_namespaces():
    flags = ctypes.c_ulong(NAMESPACES | signal.SIGCHLD)
    child = LIBC.syscall(CLONE, flags, None, None, None, None)
    assert child >= 0, os.strerror(ctypes.get_errno())
    return child


def fork_into_namespaces():
    """Returns seconds until a byte comes from the new process."""
    reader, writer = os.pipe()
    started = time.perf_counter()
    child = clone_into_namespaces()
    if child == 0:
        LIBC.write(writer, b"!", 1)
        LIBC._exit(0)
    assert os.read(reader, 1) == b"!"
    seconds = time.perf_counter() - started
    os.waitpid(child, 0)
    os.close(reader)
    os.close(writer)
    return seconds


def end_at_once(count):
    """Returns seconds from the first kill until all of them have been reaped."""
    children = []
    for _ in range(count):
        child = clone_into_namespaces()
        while child == 0:
            LIBC.pause()
        children.append(child)
    started = time.perf_counter()
    for child in children:
        os.kill(child, signal.SIGKILL)
    for child in children:
        os.waitpid(child, 0)
    return time.perf_counter() - started


def main():
    modules, rounds, *endings = sys.argv[1:]
    for module in modules.split(","):
        importlib.import_module(module)
    gc.collect()
    gc.freeze()
    for _ in range(int(rounds)):
        print(fork_into_namespaces())
    for count in endings:
        print(end_at_once(int(count)))


if __name__ == "__main__":
    main()
