"""Fixtures of every Python test."""

import contextlib

import pytest

pytest.register_assert_rewrite("support")  # otherwise failures would not show the compared values

from support import answer_check  # noqa: E402
from support.emulator import SLOWNESS, Emulator  # noqa: E402

pytest_plugins = [
    "support.attack_report",
    "support.client_report",
    "support.failure_report",
    "support.parallel",
]

# The longest test takes two minutes, and ten times as long on a busy machine. A test that hangs
# fails with its stack, and the others continue.
TIMEOUT_SECONDS = 1200 * SLOWNESS


def pytest_collection_modifyitems(items):
    for item in items:
        item.add_marker(pytest.mark.timeout(TIMEOUT_SECONDS))


@pytest.fixture(scope="session", autouse=True)
def promised_answers():
    """No test receives an answer that api-spec/ does not promise, see support/answer_check.py."""
    with pytest.MonkeyPatch.context() as patch:
        answer_check.check_everything_of_requests(patch)
        yield


@pytest.fixture(scope="session", autouse=True)
def state_home(tmp_path_factory):
    """Servers of tests share a certificate authority, which is not the user's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state-home")))
        yield


@pytest.fixture(scope="session")
def emulator():
    """A server shared by all tests, with room for a session of each."""
    server = Emulator("--max-sessions", "1000")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def claims_server():
    """A shared server that checks the claims of tokens."""
    server = Emulator("--auth", "claims")
    yield server
    server.stop()


@pytest.fixture
def session(emulator):
    """A session of the shared server that no other test knows."""
    fresh = emulator.session()
    yield fresh
    fresh.end()


# Forked interpreters of a server have these modules; loading the default ones takes almost a second
# of processor time, and a server that is stopped finishes loading first.
FEW_MODULES = {"DYNSESSIONS_PRELOAD": "json"}


@pytest.fixture
def emulator_factory():
    """Starts servers with arguments and environment of the test's choice, and stops them after it.
    They load few modules, except if `before` gives them an unusual environment."""
    with contextlib.ExitStack() as running:

        def start(*arguments, environment=None, before=(), few_modules=True):
            modules = FEW_MODULES if few_modules and not before else {}
            environment = {**modules, **(environment or {})}
            server = Emulator(*arguments, environment=environment, before=before)
            running.callback(server.stop)
            return server

        yield start
