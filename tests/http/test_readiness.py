"""`dynsessions healthcheck` and `dynsessions wait`, which ask the server from another process."""

import socket
import subprocess

import pytest

from support.emulator import BINARY, START_SECONDS, run_to_end
from support.ports import refusing_port

READY, NOT_READY, WRONG_USAGE = 0, 1, 2


def port_of(url):
    return url.rpartition(":")[2]


@pytest.fixture
def silent_port():
    """A port that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield str(server.getsockname()[1])


@pytest.fixture
def unused_port():
    with refusing_port() as port:
        yield str(port)


@pytest.mark.parametrize("command", ["healthcheck", "wait"])
def test_a_ready_server_is_found_by_its_own_variables(emulator, command):
    emulator.session().executions("1")  # a session exists, so everything is ready
    asked = run_to_end(command, DYNSESSIONS_ADMIN_PORT=port_of(emulator.admin))
    assert (asked.returncode, asked.stdout) == (READY, f"ready at {emulator.admin}\n")
    assert asked.stderr == ""


def test_a_server_that_listens_everywhere_is_asked_over_loopback(emulator_factory):
    server = emulator_factory("--listen", "0.0.0.0")
    asked = run_to_end("wait", "--listen", "0.0.0.0", "--admin-port", port_of(server.admin))
    assert asked.returncode == READY, asked.stdout


def test_a_server_without_a_usable_python_is_not_ready_and_says_why(
    emulator_factory, broken_python
):
    server = emulator_factory("--python", broken_python)
    asked = run_to_end("healthcheck", "--admin-port", port_of(server.admin))
    assert asked.returncode == NOT_READY
    assert asked.stdout.startswith("not ready: interpreter: ")
    assert asked.stdout.count("\n") == 1


def test_no_server_is_not_ready(unused_port):
    asked = run_to_end("healthcheck", "--admin-port", unused_port)
    assert asked.returncode == NOT_READY
    assert (
        asked.stdout
        == f"not ready: cannot connect to http://127.0.0.1:{unused_port}: Connection refused\n"
    )


def test_a_port_that_never_answers_is_not_waited_for(silent_port):
    asked = run_to_end("healthcheck", "--admin-port", silent_port, seconds=60)
    assert asked.returncode == NOT_READY
    assert silent_port in asked.stdout


def test_the_emulated_surface_is_not_mistaken_for_the_admin_one(emulator):
    asked = run_to_end("healthcheck", "--admin-port", port_of(emulator.http))
    assert asked.returncode == NOT_READY
    assert "is not from the admin port" in asked.stdout


def test_wait_waits_for_a_server_that_is_started_later(emulator_factory, tmp_path):
    ready_file = str(tmp_path / "ready.json")
    command = [BINARY, "wait", "--admin-port", "0", "--ready-file", ready_file]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as waiting:
        server = emulator_factory("--ready-file", ready_file)
        line, _ = waiting.communicate(timeout=START_SECONDS)
    assert (waiting.returncode, line) == (READY, f"ready at {server.admin}\n")


def test_wait_gives_up_when_its_time_is_over(unused_port):
    asked = run_to_end("wait", "--timeout", "1", "--admin-port", unused_port)
    assert asked.returncode == NOT_READY
    assert "Connection refused" in asked.stdout


@pytest.mark.parametrize(
    "arguments,complaint",
    [
        (["healthcheck", "--admin-port", "0"], "--ready-file"),
        (["wait", "--timeout", "-1"], "--timeout"),
        (["wait", "--timeout", "soon"], "--timeout"),
        (["healthcheck", "--timeout", "1"], "--timeout"),
    ],
)
def test_wrong_usage_is_named(arguments, complaint):
    ended = run_to_end(*arguments)
    assert ended.returncode == WRONG_USAGE
    assert complaint in ended.stderr
