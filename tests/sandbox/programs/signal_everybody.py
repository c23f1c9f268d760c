"""Signals processes outside by their pids, everybody, and its parent; the positive control is its
own child, which the signal to everybody must reach."""

import os
import signal
import time

from attempt import attempt


def main(arguments):
    answers = {"named": [attempt(lambda: os.kill(pid, signal.SIGKILL)) for pid in arguments["pids"]],
               "everybody": attempt(lambda: os.kill(-1, signal.SIGKILL)),
               "parent": attempt(lambda: os.kill(os.getppid(), 0))}
    child = os.fork()
    if child == 0:
        while True:
            signal.pause()
    attempt(lambda: os.kill(-1, signal.SIGKILL))
    end = time.monotonic() + 60  # if it survives, there is no event to wait for
    while (ended := os.waitpid(child, os.WNOHANG)) == (0, 0) and time.monotonic() < end:
        time.sleep(0.01)
    return answers | {"own child": "killed" if ended == (child, signal.SIGKILL) else "survived"}
