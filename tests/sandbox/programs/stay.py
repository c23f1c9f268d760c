"""Says that it runs, leaves a child behind in a session of its own, and stays."""

import os
import signal
import time


def main(arguments):
    if os.fork() == 0:
        os.setsid()
        signal.pause()
    os.write(1, b"running\n")
    while True:  # in short sleeps: a signal that comes just before a pause() would not end it
        time.sleep(0.05)
