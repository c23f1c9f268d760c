"""Looks into init and into its own child by every means."""

import os
import signal

from attempt import attempt, system_call


def main(arguments):
    child = os.fork()
    if child == 0:
        signal.pause()
    answers = {"ptrace": system_call(101, 16, child, 0, 0),
               "process_vm_readv": system_call(310, child, 0, 0, 0, 0, 0),
               "kcmp": system_call(312, child, child, 0, 0, 0),
               "init memory": attempt(lambda: open("/proc/1/mem", "rb").close()),
               "init environment": attempt(lambda: open("/proc/1/environ", "rb").close()),
               "init program": attempt(lambda: open("/proc/1/exe", "rb").close()),
               "init descriptors": attempt(lambda: os.listdir("/proc/1/fd")),
               "own memory": attempt(lambda: open("/proc/self/mem", "rb").close())}
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return answers
