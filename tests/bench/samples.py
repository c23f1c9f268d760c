"""Samples of one thing measured, and the machine they were taken on."""

import math
import os
import platform
import statistics
import time
from dataclasses import dataclass, field
from pathlib import Path

MEBIBYTE = 1 << 20


@dataclass
class Samples:
    """Wall seconds of each repetition."""

    seconds: list = field(default_factory=list)

    def time(self, action):
        start = time.perf_counter()
        result = action()
        self.seconds.append(time.perf_counter() - start)
        return result

    @property
    def median(self):
        return statistics.median(self.seconds)

    @property
    def p99(self):
        """The slowest, below a hundred samples."""
        return sorted(self.seconds)[math.ceil(0.99 * len(self.seconds)) - 1]

    def as_json(self):
        return {"count": len(self.seconds), "median": self.median, "p99": self.p99}


def machine():
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "cores": len(os.sched_getaffinity(0)),
        "memoryInMebibytes": pages // MEBIBYTE,
        "loadAverage": round(os.getloadavg()[0], 2),
        "kernel": platform.release(),
        "python": platform.python_version(),
    }


def peak_memory(pid):
    """The most memory the process has had resident so far, in bytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name == "VmHWM":
            return int(value.split()[0]) * 1024
    raise LookupError(f"process {pid} has no VmHWM")
