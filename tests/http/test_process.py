"""The program as an operator sees it: start, signals, exit codes, and what it leaves behind."""

import os
import signal
import socket
import threading
from pathlib import Path

import pytest
import requests

from support.emulator import HTTP_SECONDS, run_to_end
from support.waiting import wait_until

STOPPED, WRONG_USAGE, NO_ENGINE = 0, 2, 4


def test_version_is_one_line():
    shown = run_to_end("version")
    assert (shown.returncode, shown.stdout.split()[0]) == (STOPPED, "dynsessions")


@pytest.mark.parametrize(
    "arguments,environment,complaint",
    [
        (["--prot", "1"], {}, "--prot"),
        (["--port", "http"], {}, "--port"),
        (["--max-sessions", "0"], {}, "--max-sessions"),
        (["--network-status", "enabled"], {}, "EgressEnabled"),
        ([], {"DYNSESSIONS_COOLDOWN_PERIOD": "soon"}, "DYNSESSIONS_COOLDOWN_PERIOD"),
        (["--config", "/no/such/file"], {}, "/no/such/file"),
    ],
)
def test_wrong_usage_is_named(arguments, environment, complaint):
    ended = run_to_end(*arguments, **environment)
    assert ended.returncode == WRONG_USAGE
    assert complaint in ended.stderr
    assert ended.stdout == ""


def test_a_python_that_is_not_there_is_named():
    ended = run_to_end(
        "--port", "0", "--https-port", "0", "--admin-port", "0", "--python", "/no/such/python3"
    )
    assert ended.returncode == NO_ENGINE
    assert "/no/such/python3" in ended.stderr


def test_a_stop_right_after_the_ready_line_is_heeded(emulator_factory):
    """The test repeats ten times, because the window was a millisecond. Most of the servers load no
    packages, because loading them takes each start a second."""
    for options in [()] * 2 + [("--no-zygote", "--ready-sessions", "0")] * 8:
        emulator_factory(*options).stop()


def test_pool_options_shape_the_printed_endpoint(emulator_factory):
    server = emulator_factory(
        "--name", "mine", environment={"DYNSESSIONS_RESOURCE_GROUP": "team-a"}
    )
    assert server.endpoint.endswith("/resourceGroups/team-a/sessionPools/mine")


def test_the_admin_port_tells_life_readiness_and_version(emulator):
    emulator.session().executions("1")  # a session exists, so everything is ready
    answers = {
        path: requests.get(emulator.admin + path, timeout=HTTP_SECONDS)
        for path in ("/health/live", "/health/ready", "/version")
    }
    assert {answer.status_code for answer in answers.values()} == {200}
    assert answers["/health/live"].json() == {"status": "live"}
    assert answers["/health/ready"].json()["status"] == "ready"
    assert answers["/version"].json()["name"] == "dynsessions"


def accepts_connections(server):
    try:
        socket.create_connection(("127.0.0.1", int(server.http.rpartition(":")[2]))).close()
    except ConnectionError:
        return False
    return True


def start_program(session, code):
    """Runs `code` in a thread of the test and returns once it runs; the answers are appended to a
    list."""
    answers = []

    def execute():
        try:
            answers.append(session.executions(f"open('/mnt/data/running', 'w').close()\n{code}"))
        except requests.ConnectionError as cut_off:
            answers.append(cut_off)

    thread = threading.Thread(target=execute)
    thread.start()
    wait_until(lambda: session.file("running").status_code == 200, "the program never began")
    return thread, answers


@pytest.mark.parametrize("with_signal", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_lets_a_running_execution_finish(emulator_factory, with_signal):
    server = emulator_factory()
    thread, answers = start_program(server.session(), "import time; time.sleep(0.5); 'finished'")
    os.kill(server.pid, with_signal)
    server.has_ended(expected_code=STOPPED)
    thread.join(HTTP_SECONDS)
    assert answers[0].json()["result"]["executionResult"] == "'finished'"


def test_a_drain_that_takes_too_long_ends_the_execution(emulator_factory):
    server = emulator_factory("--drain-period", "1")
    thread, answers = start_program(server.session(), "while True: pass")
    server.stop()
    thread.join(HTTP_SECONDS)
    assert isinstance(answers[0], requests.ConnectionError)


def test_a_second_signal_does_not_wait_for_the_drain(emulator_factory):
    server = emulator_factory("--drain-period", "3600")
    thread, answers = start_program(server.session(), "while True: pass")
    os.kill(server.pid, signal.SIGINT)
    wait_until(lambda: not accepts_connections(server), "it never stopped accepting")
    server.stop(expected_code=-signal.SIGTERM)
    thread.join(HTTP_SECONDS)
    assert isinstance(answers[0], requests.ConnectionError)


def test_a_killed_server_takes_every_session_along(emulator_factory):
    server = emulator_factory()
    server.session().executions("import subprocess; subprocess.Popen(['sleep', '1000'])")
    server.kill()  # asserts that nothing is left


def test_memory_stays_flat_while_large_files_pass(emulator_factory):
    """A server that kept a file in memory would grow by its size; half of that leaves room for a
    sanitizer."""
    server = emulator_factory()
    session = server.session()
    session.executions("1")
    content = os.urandom(100 << 20)

    def peak():
        status = Path(f"/proc/{server.pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) << 10

    before = peak()
    assert session.upload("large.bin", content).status_code == 200
    assert session.content("large.bin").content == content
    assert peak() - before < len(content) / 2
