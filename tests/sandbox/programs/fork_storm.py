"""Starts chains of processes up to the limit: each forks one in a new process session and exits, so
that every look finds other processes than a moment ago."""

import os


def main(arguments):
    os.write(1, b"running\n")
    os.closerange(0, 4)
    interpreter = os.getpid()
    while True:
        try:
            if os.fork() == 0:
                os.setsid()
            elif os.getpid() != interpreter:
                os._exit(0)
        except OSError:  # the limit
            pass
