"""How a server starts and ends: its two events, the ready file, ports, certificates, signals."""

import hashlib
import json
import os
import select
import signal
import socket
import subprocess
from pathlib import Path

import pytest
import requests

from support.emulator import (
    BINARY,
    HEARING_SIGNALS,
    HTTP_SECONDS,
    START_SECONDS,
    STOP_SECONDS,
    run_to_end,
)

STOPPED, WRONG_USAGE, PORT_IN_USE, NO_ENGINE = 0, 2, 3, 4
FREE_PORTS = ("--port", "0", "--https-port", "0", "--admin-port", "0")


class Started:
    """A server whose lines are read one by one; ended with the test."""

    def __init__(self, *arguments, before=(), **environment):
        self.process = subprocess.Popen(
            [
                *HEARING_SIGNALS,
                *before,
                BINARY,
                "serve",
                "--port",
                "0",
                "--admin-port",
                "0",
                *arguments,
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            env={**os.environ, "DYNSESSIONS_HTTPS_PORT": "0", **environment},
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()

    def next_event(self):
        assert select.select([self.process.stdout], [], [], START_SECONDS)[0], "no line came"
        return json.loads(self.process.stdout.readline())

    def end(self, with_signal=signal.SIGTERM):
        """Returns the exit code and stderr."""
        self.process.send_signal(with_signal)
        _, said = self.process.communicate(timeout=STOP_SECONDS)
        return self.process.returncode, said.decode()


@pytest.fixture
def start():
    running = []

    def start_server(*arguments, **how):
        running.append(Started(*arguments, **how))
        return running[-1]

    yield start_server
    for server in running:
        server.__exit__()


@pytest.fixture
def ready_file(tmp_path):
    return tmp_path / "ready.json"


def content_of(directory):
    """Returns every file below a directory with its bytes and times, to show that nothing was
    changed."""
    return {
        str(path): (path.stat().st_mtime_ns, path.is_file() and path.read_bytes())
        for path in sorted([directory, *directory.rglob("*")])
    }


def execute(event, code="6 * 7"):
    return requests.post(
        f"{event['poolManagementEndpoint']}/executions",
        params={"identifier": "first", "api-version": "2025-10-02-preview"},
        headers={"Authorization": "Bearer any"},
        json={"codeInputType": "Inline", "executionType": "Synchronous", "code": code},
        timeout=60,
    )


def test_listening_comes_before_ready_and_the_file_has_the_ready_line(start, ready_file):
    server = start("--ready-file", str(ready_file))
    listening = server.next_event()
    assert listening["event"] == "listening"
    socket.create_connection(("127.0.0.1", int(listening["http"].rpartition(":")[2]))).close()
    ready = server.next_event()
    assert list(ready) == [
        "event", "pid", "http", "https", "arm", "admin", "poolManagementEndpoint",
        "identityEndpoint", "subscription", "resourceGroup", "tenant", "authority",
    ]  # fmt: skip
    assert ready == {**listening, "event": "ready"}
    assert json.loads(ready_file.read_text()) == ready
    assert "BEGIN CERTIFICATE" in Path(ready["authority"]).read_text()
    assert requests.get(f"{ready['admin']}/health/ready", timeout=HTTP_SECONDS).status_code == 200
    assert execute(ready).json()["result"]["executionResult"] == 42


def test_without_https_there_is_no_authority(start):
    server = start("--https-port", "off")
    event = server.next_event()
    assert "https" not in event and "authority" not in event


@pytest.mark.parametrize("with_signal", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_the_ready_file_goes_with_an_orderly_end(start, ready_file, with_signal):
    server = start("--ready-file", str(ready_file))
    assert server.next_event()["event"] == "listening"
    assert server.next_event()["event"] == "ready"
    assert ready_file.exists()
    code, said = server.end(with_signal)
    assert code == STOPPED and "stopping" in said
    assert not ready_file.exists()


def test_a_stale_ready_file_is_gone_before_the_server_listens(start, ready_file):
    ready_file.write_text('{"event":"ready"}')
    server = start("--ready-file", str(ready_file), "--no-zygote")
    server.next_event()
    # There is no file until the interpreter has started; the file is then that of this server.
    assert not ready_file.exists() or "pid" in json.loads(ready_file.read_text())
    assert server.next_event()["event"] == "ready"  # it writes the file no more
    ended = run_to_end(*FREE_PORTS, "--ready-file", str(ready_file), "--python", "/no/such/python")
    assert ended.returncode == NO_ENGINE
    assert not ready_file.exists()


def test_a_stop_before_it_is_ready_is_heeded(start, ready_file):
    server = start("--ready-file", str(ready_file))
    assert server.next_event()["event"] == "listening"
    code, _ = server.end()
    assert code == STOPPED
    assert not ready_file.exists()


@pytest.mark.parametrize("kept", [0, 2])
def test_ready_means_that_an_interpreter_has_started(start, kept):
    server = start("--ready-sessions", str(kept), "--no-zygote")
    server.next_event()
    ready = server.next_event()
    assert ready["event"] == "ready" and "failure" not in ready
    assert requests.get(f"{ready['admin']}/health/ready", timeout=HTTP_SECONDS).status_code == 200


def test_an_interpreter_that_cannot_start_is_reported_in_the_ready_event(start, broken_python):
    server = start("--python", broken_python, "--no-zygote")
    server.next_event()
    ready = server.next_event()
    assert ready["event"] == "ready" and ready["failure"]
    assert requests.get(f"{ready['admin']}/health/ready", timeout=HTTP_SECONDS).status_code == 503
    assert execute(ready).status_code == 500
    _, said = server.end()
    assert f"no interpreter could be started, which is tried again: {ready['failure']}" in said


def test_nohup_keeps_its_meaning(start):
    server = start(before=("sh", "-c", "trap '' HUP; exec \"$@\"", "sh"))
    server.next_event()
    server.process.send_signal(signal.SIGHUP)
    assert server.next_event()["event"] == "ready"
    assert server.end()[0] == STOPPED


@pytest.mark.parametrize("flag", ["--port", "--https-port", "--admin-port"])
def test_a_busy_port_names_its_holder_and_touches_no_state(flag, tmp_path):
    state = tmp_path / "state"
    assert run_to_end("cert", "--state-dir", str(state)).returncode == STOPPED
    before = content_of(state)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = run_to_end(
            "serve", "--state-dir", str(state), "--tls-name", "new.example.org",
            *(port if before == flag else word for before, word in zip(("", *FREE_PORTS), FREE_PORTS)),
        )  # fmt: skip
    assert ended.returncode == PORT_IN_USE
    name = Path("/proc/self/comm").read_text().strip()
    assert f"is in use by {name} (process {os.getpid()})" in ended.stderr
    assert flag in ended.stderr and ended.stdout == ""
    assert content_of(state) == before


def test_a_busy_port_makes_no_state_directory(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = run_to_end(
            "--port", port, "--https-port", "0", "--admin-port", "0",
            "--state-dir", str(tmp_path / "state"),
        )  # fmt: skip
    assert ended.returncode == PORT_IN_USE
    assert not (tmp_path / "state").exists()


def test_a_new_name_gets_a_certificate_of_the_same_authority_where_that_permits_it(start, tmp_path):
    def fingerprints():
        return [
            hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()
            for name in ("ca.pem", "server.pem")
        ]

    def serve_with(*names):
        server = start("--state-dir", str(tmp_path), *names)
        server.next_event()
        return server.end()[1]

    assert "made the certificate authority" in serve_with()
    authority, certificate = fingerprints()
    said = serve_with("--tls-name", "eastus.dynamicsessions.io")
    assert "replaced the server certificate, because its names have changed" in said
    assert fingerprints()[0] == authority and fingerprints()[1] != certificate
    said = serve_with("--tls-name", "emulator.example.org")
    assert "its name constraints do not permit emulator.example.org" in said
    assert fingerprints()[0] != authority


def test_a_python_without_ipython_ends_the_start_before_it_listens(tmp_path):
    subprocess.run(
        ["/usr/bin/python3", "-m", "venv", "--without-pip", str(tmp_path / "bare")], check=True
    )
    ended = run_to_end(*FREE_PORTS, "--python", str(tmp_path / "bare" / "bin" / "python3"))
    assert (ended.returncode, ended.stdout) == (NO_ENGINE, "")
    assert "cannot import IPython: ModuleNotFoundError" in ended.stderr
    assert "create_environment.sh" in ended.stderr


@pytest.mark.parametrize("name", ["missing/ready.json", "."])
def test_a_ready_file_that_cannot_be_written_is_wrong_usage_before_anything_starts(tmp_path, name):
    state = tmp_path / "state"
    path = str(tmp_path / name)
    # With a Python that does not exist, the start would end with another code one step later.
    ended = run_to_end(
        "--ready-file", path, "--state-dir", str(state), "--python", "/no/such/python"
    )
    assert (ended.returncode, ended.stdout) == (WRONG_USAGE, "")
    assert f"--ready-file: cannot write `{path}`" in ended.stderr
    assert not state.exists()


def test_quiet_switches_the_banner_off_and_keeps_its_warnings(start):
    server = start("--quiet", "--listen", "0.0.0.0", "--ready-sessions", "0")
    server.next_event()
    _, said = server.end()
    assert "Point a client at it" not in said
    assert "--listen 0.0.0.0 opens every port to other machines" in said


@pytest.mark.parametrize(
    "mode,proposed", [("any", "Bearer any"), ("claims", "$(dynsessions token)"), ("off", None)]
)
def test_the_banner_proposes_a_token_that_is_accepted(start, mode, proposed):
    server = start("--auth", mode)
    server.next_event()
    _, said = server.end()
    assert "Point a client at it" in said and "\x1b" not in said
    assert ('"any"' in said) == (mode == "any")
    assert (proposed in said) if proposed else ("Bearer" not in said)
