"""A hundred sessions at once; tests/bench/scale.py measures a thousand."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from support.driving import Admin
from support.emulator import V2025_10, Emulator
from support.waiting import wait_until

COUNT, AT_ONCE = 100, 8
COOLDOWN_SECONDS, TIMEOUT_SECONDS = 2, 120


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


def test_a_hundred_sessions_work_at_once_and_expire_together(server):
    clock = Admin(server)
    clock.ask("PUT", "/clock", json={"mode": "frozen"})  # the first must not expire before the last
    sessions = [server.session(f"many-{number}") for number in range(COUNT)]
    names = [session.identifier for session in sessions]
    assert ask_all(sessions, "import pandas; name = '{name}'; open('it', 'w').write(name)") == [
        len(name) for name in names
    ]
    assert ask_all(sessions, "name + open('it').read()") == [f"'{name}{name}'" for name in names]
    assert listed(sessions[0]) == set(names)
    refused = server.session("one-too-many").executions("1")
    assert refused.status_code == 404, refused.text

    clock.ask("PUT", "/clock", json={"mode": "running"})
    # Listing does not count as a use of a session.
    wait_until(lambda: not listed(sessions[0]), "a session does not expire", TIMEOUT_SECONDS)
    assert ask_all(sessions[:1], "'name' in globals()") == ["False"]
