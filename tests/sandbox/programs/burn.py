"""Runs `processes` that compute for some wall-clock time, by default two seconds; returns the CPUs
that they had on average."""

import os
import time


def main(arguments):
    begun = time.monotonic()
    count = arguments.get("processes", 2)
    for _ in range(count):
        if os.fork() == 0:
            while time.monotonic() < begun + arguments["seconds"]:
                pass
            os._exit(0)
    for _ in range(count):
        os.wait()
    times = os.times()
    return (times.children_user + times.children_system) / (time.monotonic() - begun)
