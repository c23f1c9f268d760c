"""Says that it runs, leaves a child behind in a session of its own, and stays."""

import os
import signal


def main(arguments):
    if os.fork() == 0:
        os.setsid()
        signal.pause()
    os.write(1, b"running\n")
    signal.pause()
    return "woken"
