"""A hundred sessions at once; tests/bench/scale.py measures a thousand."""

import os
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.emulator import V2025_10, Emulator

COUNT, AT_ONCE = 100, 8
COOLDOWN_SECONDS, TIMEOUT_SECONDS = 20, 60


@pytest.fixture(scope="module")
def server():
    emulator = Emulator("--max-sessions", str(COUNT), "--cooldown-period", str(COOLDOWN_SECONDS))
    yield emulator
    emulator.stop()


def ask_all(sessions, code):
    """Returns the values of the last expression, in order."""

    def ask(session):
        return session.executions(code.format(name=session.identifier)).json()

    with ThreadPoolExecutor(AT_ONCE) as threads:
        return [answer["result"]["executionResult"] for answer in threads.map(ask, sessions)]


def listed(session):
    """Returns the identifiers of all live sessions."""
    answer = session.send("GET", "listSessions", V2025_10)
    assert answer.status_code == 200, answer.text
    return {entry["identifier"] for entry in answer.json()["sessions"]}


@pytest.mark.skipif(
    "DYNSESSIONS_NO_ZYGOTE" in os.environ,
    reason="the first of a hundred would expire before the last one's Python has started",
)
def test_a_hundred_sessions_work_at_once_and_expire_together(server):
    sessions = [server.session(f"many-{number}") for number in range(COUNT)]
    names = [session.identifier for session in sessions]
    assert ask_all(sessions, "import pandas; name = '{name}'; open('it', 'w').write(name)") == [
        len(name) for name in names
    ]
    assert ask_all(sessions, "name + open('it').read()") == [f"'{name}{name}'" for name in names]
    assert listed(sessions[0]) == set(names)
    refused = server.session("one-too-many").executions("1")
    assert refused.status_code == 404, refused.text

    deadline = time.monotonic() + COOLDOWN_SECONDS + TIMEOUT_SECONDS
    while listed(sessions[0]):  # listing does not count as a use of a session
        assert time.monotonic() < deadline, listed(sessions[0])
        time.sleep(0.2)
    assert ask_all(sessions[:1], "'name' in globals()") == ["False"]
