"""What the tests over HTTP share."""

import pytest

from support.emulator import Emulator


@pytest.fixture(scope="session")
def small_server():
    """A server whose sessions have 8 MiB of files and 512 MiB of memory, for tests that fill them."""
    limits = ("--data-quota-mb", "8", "--memory-limit-mb", "512")
    server = Emulator(*limits, "--max-sessions", "1000")
    yield server
    server.stop()


@pytest.fixture
def still_serving(small_server):
    """Whatever the test did: the server is up and serves the next request of a new session."""
    yield
    assert small_server.is_running(), small_server.stderr()
    fresh = small_server.session()
    answer = fresh.executions("6 * 7")
    fresh.end()
    assert answer.status_code == 200, answer.text
    assert answer.json()["result"]["executionResult"] == 42
