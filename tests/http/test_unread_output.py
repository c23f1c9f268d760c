"""A server whose output is not read serves and ends normally, and reports what it dropped."""

import contextlib
import fcntl
import json
import os
import re
import signal
import subprocess
import threading
from pathlib import Path

import pytest
import requests

from support.emulator import BINARY, HEARING_SIGNALS, HTTP_SECONDS, START_SECONDS, STOP_SECONDS
from support.launchers import launchers_of
from support.waiting import wait_until

# A pipe holds 64 KiB; a request is a line of at least 200 bytes, and at most 1 MiB of lines waits.
REQUESTS_THAT_FILL_A_PIPE = 1000
REQUESTS_THAT_FILL_THE_SERVER = 8000


class Server:
    """A server that logs every request to `stderr`, by default a pipe; it ends with its scope."""

    def __init__(self, ready_file, stdout=subprocess.PIPE, stderr=subprocess.PIPE):
        self._ready_file = ready_file
        self.process = subprocess.Popen(
            [
                *(*HEARING_SIGNALS, BINARY, "serve", "--port", "0", "--admin-port", "0"),
                *("--https-port", "0", "--log-level", "debug", "--log-format", "json"),
                *("--ready-file", ready_file),
            ],
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
        )
        self.client = requests.Session()

    def __enter__(self):
        try:
            wait_until(self._ready_file.exists, "the server did not become ready", START_SECONDS)
        except AssertionError:
            self.__exit__()
            raise
        event = json.loads(self._ready_file.read_text())
        self.admin, self.endpoint = event["admin"], event["poolManagementEndpoint"]
        return self

    def __exit__(self, *_):
        self.client.close()
        self.process.kill()
        self.process.communicate()

    def ask_for_health(self, times=1):
        for _ in range(times):
            answer = self.client.get(f"{self.admin}/health/live", timeout=HTTP_SECONDS)
            assert answer.status_code == 200

    def execute(self):
        return self.client.post(
            f"{self.endpoint}/executions",
            params={"identifier": "first", "api-version": "2025-10-02-preview"},
            json={"code": "6 * 7"},
            headers={"Authorization": "Bearer any"},
            timeout=HTTP_SECONDS,
        )

    def exit_code_after_sigterm(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_SECONDS)


@pytest.fixture
def ready_file(tmp_path):
    return tmp_path / "ready.json"


def entries_of(log):
    return [json.loads(line) for line in log.splitlines() if line.startswith(b"{")]


def of_health(entries):
    return [entry for entry in entries if entry.get("path") == "/health/live"]


@contextlib.contextmanager
def full_pipe():
    reader, writer = os.pipe()
    flags = fcntl.fcntl(writer, fcntl.F_GETFL)
    fcntl.fcntl(writer, fcntl.F_SETFL, flags | os.O_NONBLOCK)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(writer, b"x" * 4096)
    fcntl.fcntl(writer, fcntl.F_SETFL, flags)
    yield writer
    os.close(reader)
    os.close(writer)


def flags_of_stderr(pid):
    """Returns the flags of the open file behind stderr."""
    information = Path(f"/proc/{pid}/fdinfo/2").read_text()
    return int(re.search(r"flags:\s+(\d+)", information)[1], 8)


def test_a_server_whose_log_is_not_read_serves_and_stops(ready_file):
    with Server(ready_file) as server:
        server.ask_for_health(REQUESTS_THAT_FILL_THE_SERVER)
        assert server.execute().json()["result"]["executionResult"] == 42
        assert server.exit_code_after_sigterm() == 0


def test_a_server_that_starts_with_full_pipes_serves_and_stops(ready_file):
    with full_pipe() as pipe, Server(ready_file, pipe, pipe) as server:
        assert server.execute().status_code == 200
        for pid in launchers_of(server.process.pid):
            assert flags_of_stderr(pid) & os.O_NONBLOCK
        assert server.exit_code_after_sigterm() == 0


def test_a_start_that_fails_ends_with_a_full_pipe():
    with full_pipe() as pipe:
        failed = subprocess.run(
            [BINARY, "serve", "--no-such-option"], stdout=pipe, stderr=pipe, timeout=STOP_SECONDS
        )
    assert failed.returncode == 2


def test_dropped_lines_are_counted_where_they_are_missing(ready_file):
    with Server(ready_file) as server:
        server.ask_for_health(REQUESTS_THAT_FILL_THE_SERVER)
        server.client.close()
        said = []
        reader = threading.Thread(target=lambda: said.extend(server.process.stderr))
        reader.start()
        wait_until(lambda: any(b"log-lines-dropped" in line for line in said), "nothing was told")
        server.ask_for_health()
        assert server.exit_code_after_sigterm() == 0
        reader.join()
    entries = entries_of(b"".join(said))
    (notice,) = (entry for entry in entries if entry["event"] == "log-lines-dropped")
    # The server also counts lines about connections and its start.
    missing = REQUESTS_THAT_FILL_THE_SERVER + 1 - len(of_health(entries))
    assert 0 < missing <= notice["lines"] <= missing + 1000
    assert notice["level"] == "warning"
    after = entries[entries.index(notice) + 1 :]
    assert len(of_health(after)) == 1


def test_all_lines_arrive_when_they_are_read(ready_file):
    with Server(ready_file) as server:
        said = []
        reader = threading.Thread(target=lambda: said.extend(server.process.stderr))
        reader.start()
        server.ask_for_health(REQUESTS_THAT_FILL_THE_SERVER)
        assert server.exit_code_after_sigterm() == 0
        reader.join()
    entries = entries_of(b"".join(said))
    assert len(of_health(entries)) == REQUESTS_THAT_FILL_THE_SERVER
    assert not [entry for entry in entries if entry["event"] == "log-lines-dropped"]


def test_lines_that_wait_for_their_reader_arrive_at_the_end(ready_file):
    with Server(ready_file) as server:
        server.ask_for_health(REQUESTS_THAT_FILL_A_PIPE)
        server.process.send_signal(signal.SIGTERM)
        _, said = server.process.communicate(timeout=STOP_SECONDS)
    assert server.process.returncode == 0
    assert len(of_health(entries_of(said))) == REQUESTS_THAT_FILL_A_PIPE
