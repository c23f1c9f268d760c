"""Signals processes outside by their pids, everybody, and its parent; its own child is the positive
control."""

import os
import signal

from attempt import attempt


def main(arguments):
    answers = {"named": [attempt(lambda: os.kill(pid, signal.SIGKILL)) for pid in arguments["pids"]],
               "everybody": attempt(lambda: os.kill(-1, signal.SIGKILL)),
               "parent": attempt(lambda: os.kill(os.getppid(), 0))}
    child = os.fork()
    if child == 0:
        while True:
            signal.pause()
    os.kill(child, signal.SIGKILL)
    killed = os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    return answers | {"own child": "killed" if killed else "survived"}
