"""Prints that it runs, leaves a child behind in another process session, and stays."""

import os
import signal
import time


def main(arguments):
    if os.fork() == 0:
        os.setsid()
        signal.pause()
    os.write(1, b"running\n")
    while True:  # in short sleeps: a signal just before a pause() would not end it
        time.sleep(0.05)
