"""A process of the emulator that is stopped (SIGSTOP) instead of killed: it neither works nor
exits.

Sessions that do not need the stopped process must not be affected, and clients that need it must
get an answer in bounded time. The bounds here are generous: the machine is busy.
"""

import contextlib
import os
import signal
import threading
import time
from pathlib import Path

import pytest
import requests

from support.emulator import SLOWNESS, Emulator
from support.launchers import launcher_of, launchers_of, zygote_of
from support.processes import children
from support.waiting import wait_until

# Longer than LauncherClient::kSilence, with an allowance for a busy machine.
BOUND_SECONDS = 60 * SLOWNESS
# Shorter than LauncherClient::kSilence and Zygote::kForkTimeout, which are 5 seconds.
AT_ONCE_SECONDS = 4.5 * SLOWNESS
TIME_LIMIT = 1
needs_zygote = pytest.mark.skipif(
    "DYNSESSIONS_NO_ZYGOTE" in os.environ, reason="there is no zygote"
)

LAUNCHERS = {
    "the outer launcher": lambda server: launchers_of(server.pid)[0],
    "the inner launcher": lambda server: launchers_of(server.pid)[1],
}


@pytest.fixture
def server():
    """A server without ready sessions: each new one requires the launcher."""
    started = Emulator("--ready-sessions", "0", "--drain-period", "1")
    yield started
    if started.is_running():
        started.stop()


@pytest.fixture
def server_below_full():
    started = Emulator("--sandbox", "restricted", "--ready-sessions", "0", "--drain-period", "1")
    yield started
    started.stop()


@contextlib.contextmanager
def stopped(pid):
    """Stops the process until the end of the block, unless it has ended by then."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


def seconds_of(act):
    begin = time.monotonic()
    result = act()
    return result, time.monotonic() - begin


def health(server):
    answer = requests.get(f"{server.admin}/health/ready", timeout=BOUND_SECONDS)
    components = {component["name"]: component for component in answer.json()["components"]}
    return answer.status_code, components["launcher"]["ready"], components["launcher"]["detail"]


def works(session):
    answer = session.executions("6 * 7")
    return answer.status_code == 200 and answer.json()["result"]["executionResult"] == 42


def hold_time_limit(session, code):
    """Runs a program that exceeds its time limit; checks that its answer comes in time with the
    reason."""
    answer, seconds = seconds_of(lambda: session.executions(code, timeoutInSeconds=TIME_LIMIT))
    assert answer.status_code == 200, answer.text
    assert answer.json()["status"] == "Failed"
    return seconds


def test_a_stopped_launcher_is_reported_and_keeps_no_client_waiting(server):
    warm, hanging = server.session(), server.session()
    assert works(warm)
    assert works(hanging)
    assert health(server) == (200, True, "running")
    with stopped(LAUNCHERS["the inner launcher"](server)):
        # A new session is refused with a reason.
        refused, seconds = seconds_of(lambda: server.session().executions("6 * 7"))
        assert refused.status_code == 500
        assert refused.json()["error"]["code"] == "SessionAllocationFailed"
        assert "does not answer" in refused.json()["error"]["message"]
        assert "try again" in refused.headers["x-emulator-reason"]
        assert seconds < BOUND_SECONDS
        # Later ones are refused at once: no request is sent to a launcher that is known to be
        # stuck.
        refused, seconds = seconds_of(lambda: server.session().executions("6 * 7"))
        assert refused.status_code == 500
        assert seconds < AT_ONCE_SECONDS
        assert health(server) == (503, False, "the sandbox launcher does not answer")
        # Existing sessions continue, and their time limits are enforced.
        assert works(warm)
        assert hold_time_limit(hanging, "while True: pass") < TIME_LIMIT + BOUND_SECONDS
    # A control: once the launcher continues, everything works.
    wait_until(lambda: works(server.session()), "no new session")
    assert health(server) == (200, True, "running")
    assert works(warm)
    assert works(hanging)


def test_a_time_limit_is_kept_before_anybody_knows_that_the_launcher_is_stopped(server):
    session = server.session()
    assert works(session)
    with stopped(LAUNCHERS["the inner launcher"](server)):
        assert hold_time_limit(session, "while True: pass") < TIME_LIMIT + BOUND_SECONDS
    wait_until(lambda: works(session), "the session does not work again")


@pytest.mark.parametrize("victim", LAUNCHERS)
def test_a_stopped_launcher_does_not_keep_the_server_from_ending(server, victim):
    assert works(server.session())
    with stopped(LAUNCHERS[victim](server)):
        _, seconds = seconds_of(server.stop)  # stop() also asserts that nothing is left
    assert seconds < 1 + BOUND_SECONDS


def test_health_asks_the_launcher_although_nothing_else_does(server):
    assert works(server.session())
    with stopped(LAUNCHERS["the inner launcher"](server)):
        assert health(server) == (503, False, "the sandbox launcher does not answer")
    wait_until(lambda: health(server) == (200, True, "running"), "the launcher was not heard again")


@needs_zygote
def test_a_stopped_zygote_delays_its_forks_and_nothing_else(server):
    other = server.session()
    assert works(other)
    zygote = zygote_of(server.pid)
    answers = []
    with stopped(zygote):
        new = threading.Thread(target=lambda: answers.append(server.session().executions("6 * 7")))
        new.start()
        time.sleep(0.2)  # the fork has begun by then; the test passes without this wait, too
        # The interrupt of another session overtakes the fork that waits.
        assert hold_time_limit(other, "while True: pass") < AT_ONCE_SECONDS
        # A stopped zygote is replaced: the session is made before its client sees an error.
        new.join()
    assert answers[0].status_code == 200, answers[0].text
    assert answers[0].json()["result"]["executionResult"] == 42
    assert zygote_of(server.pid) != zygote
    assert works(server.session())


def test_a_stopped_supervisor_interrupts_and_ends_its_programs(server_below_full):
    """Below the full tier, each interpreter has a parent that does both."""
    server = server_below_full
    session = server.session()
    assert works(session)
    (supervisor,) = children(launcher_of(server.pid))
    with stopped(supervisor):
        assert hold_time_limit(session, "while True: pass") < TIME_LIMIT + BOUND_SECONDS
        assert works(session)  # the supervisor has interrupted the program
    with stopped(supervisor):
        session.end()
        wait_until(lambda: not Path(f"/proc/{supervisor}").exists(), "the supervisor did not end")
    assert works(server.session())
