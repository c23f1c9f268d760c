"""The server under test, started as a separate process, as users start it."""

import contextlib
import json
import os
import signal
import subprocess
import tempfile
import time
import uuid
from pathlib import Path

from http_client import Connection

BINARY = os.environ.get(
    "DYNSESSIONS_BINARY", str(Path(__file__).parents[2] / "build/release/dynsessions")
)
STATE = tempfile.TemporaryDirectory(
    prefix="dynsessions-bench-"
)  # keeps the certificate, which is made once


class Server:
    """`seconds_to_serve`: from the start of the process to its first line: its ports are open."""

    def __init__(self, *arguments):
        ports = ["--port", "0", "--https-port", "0", "--admin-port", "0"]
        quiet = ["--log-level", "error", "--state-dir", STATE.name]
        started = time.perf_counter()
        self._process = subprocess.Popen(
            [BINARY, "serve", *ports, *quiet, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        line = self._process.stdout.readline()  # the event `listening`
        self.seconds_to_serve = time.perf_counter() - started
        said = json.loads(line)
        self.endpoint = said["poolManagementEndpoint"]
        self.admin = said["admin"]
        self.pid = self._process.pid

    def connect(self, pool=None):
        """Connects to the default pool, or to another one."""
        endpoint = self.endpoint
        return Connection(f"{endpoint.rpartition('/')[0]}/{pool}" if pool else endpoint)

    def stop(self):
        self._process.send_signal(signal.SIGTERM)
        assert self._process.wait(timeout=120) == 0, self._process.returncode


@contextlib.contextmanager
def running(*arguments):
    """The server, with a zygote that has loaded, and a connection to it."""
    server = Server(*arguments)
    connection = server.connect()
    try:
        first = uuid.uuid4()
        connection.execute(first, "6 * 7")
        connection.end(first)
        yield server, connection
    finally:
        connection.close()
        server.stop()
