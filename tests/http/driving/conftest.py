"""Pools of one shared server that a test drives through the admin API."""

import contextlib

import pytest

from support.driving import Admin, DrivenPool
from support.emulator import Emulator


@pytest.fixture(scope="session")
def server():
    """A shared server; api-spec/ does not promise the faults that it injects."""
    running = Emulator("--max-sessions", "1000", as_documented=False)
    yield running
    running.stop()


@pytest.fixture
def pool(server):
    driven = DrivenPool(server)
    yield driven
    driven.send("DELETE")


@pytest.fixture
def admin(server):
    return Admin(server)


@pytest.fixture
def start_server():
    """Returns a function that starts a server for this test only, without interpreters in
    reserve."""
    with contextlib.ExitStack() as running:

        def start(*arguments):
            few = ("--no-zygote", "--ready-sessions", "0")
            started = Emulator(*few, *arguments, as_documented=False)
            running.callback(started.stop)
            return started

        yield start
