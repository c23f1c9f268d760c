"""Fixtures of the attack tests: every tier of this machine, a server in each, and host canaries."""

import contextlib
import os
import subprocess
from pathlib import Path

import pytest

from support import canaries as canary_kit
from support.emulator import BINARY
from support.executions import value_in
from support.limits import limits_of
from support.tiers import TIERS, TierServer, directory_for_all, skip_unless_offered

QUOTA_BYTES = 8 << 20
MEMORY_BYTES = 512 << 20
MAX_PROCESSES = 64
LIMITS = (
    *("--data-quota-mb", str(QUOTA_BYTES >> 20)),
    *("--memory-limit-mb", str(MEMORY_BYTES >> 20)),
    *("--max-processes", str(MAX_PROCESSES)),
    *("--max-sessions", "1000"),
)


@pytest.fixture(scope="session", params=TIERS, ids=str)
def tier(request):
    skip_unless_offered(request.param)
    return request.param


@pytest.fixture(scope="session")
def all_canaries():
    with canary_kit.canaries() as kit:
        yield kit


@pytest.fixture
def canaries(all_canaries):
    """Checks after the test that it touched none of the canaries on the host."""
    all_canaries.drain()  # visits by the previous test's positive controls
    yield all_canaries
    assert all_canaries.touched() == []


@pytest.fixture(scope="session")
def server(tier, all_canaries):
    """A server with small limits, for tests that reach them, and a secret in its environment."""
    secret = {"DYNSESSIONS_ATTACK_CANARY": all_canaries.secret}
    with directory_for_all() as directory:
        running = TierServer(tier, directory, *LIMITS, environment=secret)
        yield running
        running.stop()


@pytest.fixture(scope="session")
def limits(server):
    """Returns how strictly the server claims to enforce each limit: {"memory": "hard", …}."""
    return dict(limit.split() for limit in limits_of(server).partition(";")[0].split(", "))


@pytest.fixture
def start_server(tier):
    """Returns a function that starts servers of the tier with the test's options and
    surroundings."""
    with contextlib.ExitStack() as running:

        def start(*arguments, **how):
            directory = running.enter_context(directory_for_all())
            server = TierServer(tier, directory, *arguments, **how)
            running.callback(server.stop)
            return server

        yield start


@pytest.fixture(scope="session")
def next_sessions(server):
    """The session that the previous test left for the next one, if any."""
    left = []
    yield left
    for session in left:
        session.end()


@pytest.fixture
def session(server, next_sessions):
    """A session of a server that must serve others whatever the test did. The session that proves
    it is used by the next test: starting an interpreter costs a third of a second where none is
    forked."""
    fresh = next_sessions.pop() if next_sessions else server.session()
    yield fresh
    fresh.end()
    assert server.is_running(), server.stderr()
    other = server.session()
    next_sessions.append(other)
    assert value_in("synchronous", other, "6 * 7") == 42


@pytest.fixture
def other_session(server):
    """A second live session, which the attack on the first must not affect."""
    other = server.session()
    other.executions("open('/mnt/data/mine', 'w').write('mine'); state = 'mine'")
    yield other
    kept = value_in("synchronous", other, "state, open('/mnt/data/mine').read()")
    assert kept == "('mine', 'mine')"
    other.end()


@pytest.fixture
def catch2(tier):
    """Returns a function that runs C++ tests of the build in this tier:
    `catch2("sandbox/sandbox_test", "[faults]")`."""

    def run(binary, *names):
        path = Path(BINARY).parent / "tests" / binary
        if not path.exists():
            pytest.skip(f"{path.name} is not built")
        with directory_for_all() as directory:
            ended = subprocess.run(
                [*tier.before, str(path), *names],
                capture_output=True,
                text=True,
                timeout=300,
                env={**os.environ, "TMPDIR": directory},
                cwd=directory,
            )
        assert ended.returncode == 0, ended.stdout[-4000:] + ended.stderr[-2000:]
        assert "All tests passed" in ended.stdout, ended.stdout

    return run
