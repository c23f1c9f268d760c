"""Samples of one measurement, rows that compare two of them, and the machine."""

import math
import os
import platform
import statistics
import time
from dataclasses import dataclass, field

MEBIBYTE = 1 << 20


@dataclass
class Samples:
    """The measurement of each repetition: wall seconds, bytes, or a rate per second."""

    values: list = field(default_factory=list)
    unit: str = "s"

    def time(self, action):
        start = time.perf_counter()
        result = action()
        self.values.append(time.perf_counter() - start)
        return result

    @property
    def median(self):
        return statistics.median(self.values)

    @property
    def p99(self):
        """Returns the slowest sample if there are less than a hundred."""
        return sorted(self.values)[math.ceil(0.99 * len(self.values)) - 1]

    def text(self, value):
        if self.unit == "B":
            return f"{value / 1e9:.1f} GB" if value >= 1e9 else f"{value / 1e6:.1f} MB"
        if self.unit == "/s":
            return f"{value:.0f}/s"
        milliseconds = 1000 * value
        digits = 0 if milliseconds >= 10 else 2 if milliseconds >= 0.1 else 3
        return f"{milliseconds:.{digits}f} ms"

    def as_json(self):
        numbers = {"median": self.median, "p99": self.p99, "least": min(self.values)}
        return {"unit": self.unit, "count": len(self.values), **numbers}


def timed(action, rounds):
    samples = Samples()
    for _ in range(rounds):
        samples.time(action)
    return samples


@dataclass(frozen=True)
class Row:
    """Two figures of the same run side by side: their ratio is valid on other machines, too."""

    what: str
    samples: Samples
    compared_with: str
    other: Samples

    @property
    def ratio(self):
        return self.samples.median / self.other.median

    def cells(self):
        ours, other = self.samples, self.other
        p99 = ours.text(ours.p99) if len(ours.values) > 2 else ""
        return (
            self.what,
            ours.text(ours.median),
            p99,
            self.compared_with,
            other.text(other.median),
            f"{self.ratio:.2g}" if self.ratio < 100 else f"{self.ratio:.0f}",
        )

    def as_json(self):
        sides = {"ours": self.samples.as_json(), "other": self.other.as_json()}
        return {
            "what": self.what,
            "compared with": self.compared_with,
            "ratio": self.ratio,
            **sides,
        }


def machine():
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "cores": len(os.sched_getaffinity(0)),
        "memoryInMebibytes": pages // MEBIBYTE,
        "loadAverage": round(os.getloadavg()[0], 2),
        "kernel": platform.release(),
        "python": platform.python_version(),
    }
