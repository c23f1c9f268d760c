"""Fixtures that the tests over HTTP share."""

from pathlib import Path

import pytest

from support.emulator import Emulator
from support.tiers import directory_for_all


@pytest.fixture(scope="session")
def small_server():
    """A server whose sessions have 8 MiB of files and 512 MiB of memory, for tests that fill them."""
    limits = ("--data-quota-mb", "8", "--memory-limit-mb", "512")
    server = Emulator(*limits, "--max-sessions", "1000")
    yield server
    server.stop()


@pytest.fixture
def broken_python():
    """Returns a Python that looks like an environment with IPython, but with which no session can
    start."""
    with directory_for_all() as directory:
        prefix = Path(directory)
        (prefix / "bin").mkdir()
        (prefix / "bin" / "python3").symlink_to("/usr/bin/python3")
        (prefix / "pyvenv.cfg").write_text("home = /usr/bin\n")
        (prefix / "lib" / "python3.11" / "site-packages" / "IPython").mkdir(parents=True)
        yield str(prefix / "bin" / "python3")


@pytest.fixture
def still_serving(small_server):
    """Checks after the test that the server is up and serves the next request of a new session."""
    yield
    assert small_server.is_running(), small_server.stderr()
    fresh = small_server.session()
    answer = fresh.executions("6 * 7")
    fresh.end()
    assert answer.status_code == 200, answer.text
    assert answer.json()["result"]["executionResult"] == 42
