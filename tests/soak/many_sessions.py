"""Creates, uses and lets expire many sessions, then checks that the server holds as much as before.

First every program runs once to warm everything up. Then the script counts what the server and its
launcher hold, and counts again when all sessions have expired. A difference is a leak and the exit
code is 1.
"""

import argparse
import collections
import random
import re
import sys
import tempfile
import threading
import time
from pathlib import Path

import requests

sys.path.insert(0, str(Path(__file__).parents[1]))

from soak.census import census
from soak.client import Client
from soak.programs import PROGRAMS
from support.emulator import BINARY, HTTP_SECONDS, Emulator
from support.sanitizers import sanitizer_of

WORKERS = 8
# Longer than the pause between two calls of one session on a busy machine.
COOLDOWN_SECONDS = 10
SETTLE_SECONDS = 300
HEAP = "heap of the server"
HEAP_SLACK = 1_000_000  # bytes; 50 in each of 20,000 sessions
OPTIONS = (
    *("--cooldown-period", str(COOLDOWN_SECONDS), "--max-sessions", "1000"),
    *("--data-quota-mb", "32", "--memory-limit-mb", "256", "--log-level", "warning"),
)


class Soak:
    def __init__(self, server, seed):
        self._server = server
        self._choice = random.Random(seed)
        self._lock = threading.Lock()
        self._plan = iter(())
        self.ran = collections.Counter()
        self.failures = []

    def warm_up(self):
        """Runs every program in all workers at once."""
        self._run(program for program in PROGRAMS for _ in range(WORKERS))

    def run(self, sessions):
        weights = [weight for weight, _, _ in PROGRAMS]
        self._run(self._choice.choices(PROGRAMS, weights)[0] for _ in range(sessions))

    def _run(self, plan):
        self._plan = plan
        workers = [threading.Thread(target=self._work) for _ in range(WORKERS)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

    def _next(self):
        with self._lock:
            chosen = next(self._plan, None)
            if chosen is None:
                return None
            _, name, work = chosen
            self.ran[name] += 1
            return f"soak-{self.ran.total()}", name, work

    def _work(self):
        client = Client(self._server.endpoint)
        while (chosen := self._next()) is not None:
            identifier, name, work = chosen
            try:
                work(client, identifier)
            except Exception as error:  # the others continue: one failure is reported at the end
                self.failures.append(f"{name}: {error!r}"[:300])


def settled(server, temporary, wanted=None):
    """Returns the census once it equals `wanted`, or no longer changes; after SETTLE_SECONDS the
    last one."""
    end = time.monotonic() + SETTLE_SECONDS
    before = None
    while time.monotonic() < end:
        time.sleep(COOLDOWN_SECONDS)
        now = census(server.pid, temporary)
        if now == (wanted or before):
            return now
        before = now
    return before


def heap_bytes(server):
    """Resets the server, which then has neither a journal nor past sessions, and returns the bytes
    that it has allocated and not freed. Resident memory is no measure: it contains whole pages of
    which a few bytes are in use."""
    requests.post(f"{server.admin}/reset", timeout=HTTP_SECONDS).raise_for_status()
    metrics = requests.get(f"{server.admin}/metrics", timeout=HTTP_SECONDS).text
    return int(float(re.search(r"^dynsessions_heap_bytes (\S+)$", metrics, re.MULTILINE)[1]))


def print_table(before, after):
    print(f"{'':30}{'before':>12}{'after':>12}")
    for name, count in before.items():
        leak = "  LEAK" if is_leak(name, count, after[name]) else ""
        print(f"{name:30}{count:>12}{after[name]:>12}{leak}")


def is_leak(name, before, after):
    return after > before + (HEAP_SLACK if name == HEAP else 0)


def soak(sessions, seed):
    """Returns whether nothing leaked and nothing failed."""
    print(f"seed {seed}, {sessions} sessions, {WORKERS} at a time", flush=True)
    with tempfile.TemporaryDirectory() as temporary:
        environment = {"TMPDIR": temporary}
        server = Emulator(*OPTIONS, environment=environment, as_documented=False)
        try:
            return judge(server, temporary, Soak(server, seed), sessions)
        finally:
            server.stop()


def judge(server, temporary, run, sessions):
    run.warm_up()
    counts = settled(server, temporary)
    before = dict(counts)
    before[HEAP] = heap_bytes(server)
    start = time.monotonic()
    run.run(sessions)
    seconds = time.monotonic() - start
    after = settled(server, temporary, wanted=counts)
    after[HEAP] = heap_bytes(server)
    if sanitizer_of(BINARY):
        print("the heap is not compared: allocators of sanitizers report nothing")
    print(f"{sessions / seconds:.1f} sessions a second; by program:", dict(run.ran.most_common()))
    print_table(before, after)
    for failure in run.failures[:20]:
        print("failed:", failure)
    leaks = any(is_leak(name, before[name], after[name]) for name in before)
    return not leaks and not run.failures


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    arguments = parser.parse_args()
    return 0 if soak(arguments.sessions, arguments.seed) else 1


if __name__ == "__main__":
    sys.exit(main())
