"""Leaves a daemon behind that keeps none of its streams, then exits."""

import os
import signal


def main(arguments):
    if os.fork() == 0:
        os.setsid()
        for fd in range(4):
            os.close(fd)
        signal.pause()
    return "left"
