"""Latency of a warm session while three others send as much data through the server as it
allows."""

import contextlib
import subprocess
import sys
from pathlib import Path

import processes
from samples import Row, Samples, timed
from server import running

WARM = 300
LOADS = (
    ("send 31 MB results", "results"),
    ("print 2 × 16 MiB", "output"),
    ("do that for clients that do not read", "unread"),
)


@contextlib.contextmanager
def load(endpoint, kind):
    """Runs three sessions at work, with clients in a separate process."""
    script = str(Path(__file__).parent / "neighbours_load.py")
    process = subprocess.Popen([sys.executable, script, endpoint, kind], stdout=subprocess.PIPE)
    try:
        assert process.stdout.readline() == b"under way\n"
        yield
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def measure():
    rows = []
    with running("--ready-sessions", "0") as (server, connection):
        connection.execute("bystander", "1 + 1")
        before = Samples([processes.status(server.pid, "VmHWM")], "B")
        quiet = timed(lambda: connection.execute("bystander", "1 + 1"), WARM)
        for words, kind in LOADS:
            with load(server.endpoint, kind):
                amid = timed(lambda: connection.execute("bystander", "1 + 1"), WARM)
            slowest = Samples([max(amid.values)])
            rows.append(
                Row(f"warm `1 + 1` while three sessions {words}", amid, "the same alone", quiet)
            )
            rows.append(Row("the slowest of these", slowest, "the same alone", quiet))
        after = Samples([processes.status(server.pid, "VmHWM")], "B")
    return [*rows, Row("peak memory of the server after these", after, "before them", before)]
