"""Sends signals to a process of the host and to init; its own child is the positive control."""

import os
import signal

from attempt import attempt


def main(arguments):
    child = os.fork()
    if child == 0:
        signal.pause()
    answers = {"host": attempt(lambda: os.kill(arguments["host_pid"], signal.SIGKILL)),
               "init": attempt(lambda: os.kill(1, signal.SIGKILL)),
               "child": attempt(lambda: os.kill(child, signal.SIGKILL))}
    os.waitpid(child, 0)
    return answers
