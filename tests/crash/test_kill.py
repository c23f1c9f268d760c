"""kill -9 of each process of the emulator at a random moment under load: no process, mount or file
of its sessions is left, and the next start is clean. It also removes the cgroups of the previous
server, because no process was left to do so.

The moments are drawn from a seed that each test prints; DYNSESSIONS_SEED repeats one.
"""

import contextlib
import os
import random
import signal
import threading
import time
from pathlib import Path

import pytest
import requests

from crash import orphans
from support import mounts
from support.emulator import START_SECONDS, Emulator
from support.launchers import group_directories, launchers_of, zygote_of
from support.processes import descendants
from support.waiting import wait_until

LOAD = (
    "6 * 7",
    "import os, time\nif os.fork() == 0:\n  os.setsid()\n  time.sleep(1000)",
    "print('x' * (1 << 20))",
    "import time; time.sleep(0.3)",
    "import os; os._exit(1)",
)
CLEAN_SECONDS = 60  # the kernel ends them at once, which takes time on a busy machine
FAILED = 1


class Load:
    """Clients that create and use sessions until the server has gone."""

    def __init__(self, server, choice):
        self._stopped = False
        self._server = server
        seeds = [choice.random() for _ in range(4)]
        self._threads = [threading.Thread(target=self._work, args=(seed,)) for seed in seeds]
        for thread in self._threads:
            thread.start()

    def _work(self, seed):
        choice = random.Random(seed)
        while not self._stopped:
            session = self._server.session()
            # A killed server breaks connections off, and a server without a launcher refuses.
            with contextlib.suppress(requests.RequestException):
                session.upload("file", b"x" * choice.randrange(1 << 20))
                session.executions(choice.choice(LOAD))

    def stop(self):
        self._stopped = True
        for thread in self._threads:
            thread.join()


@pytest.fixture
def choice():
    seed = int(os.environ.get("DYNSESSIONS_SEED", random.SystemRandom().randrange(1 << 32)))
    print("DYNSESSIONS_SEED =", seed)  # pytest shows it when the test fails
    return random.Random(seed)


@pytest.fixture
def start(tmp_path):
    """Returns a function that starts servers with temporary files and a state directory of this
    test."""
    environment = {"TMPDIR": str(tmp_path / "tmp"), "XDG_STATE_HOME": str(tmp_path / "state")}
    (tmp_path / "tmp").mkdir()

    def started(**more):
        return Emulator(
            *("--ready-sessions", "2", "--drain-period", "1"),
            environment={**environment, **more},
            as_documented=False,
        )

    yield started
    assert list((tmp_path / "tmp").iterdir()) == []


def answers(session):
    """Returns whether a program ran; any other answer must state that there is no sandbox for
    it."""
    answer = session.executions("6 * 7")
    if answer.status_code == 200:
        return answer.json()["result"]["executionResult"] == 42
    assert answer.json()["error"]["code"] == "SessionAllocationFailed", answer.text
    return False


def assert_next_start_is_clean(start):
    server = start()
    assert answers(server.session())
    server.stop()


VICTIMS = {
    "the server": lambda server: server.pid,
    "the outer launcher": lambda server: launchers_of(server.pid)[0],
    "the inner launcher": lambda server: launchers_of(server.pid)[1],
}


@pytest.mark.parametrize("victim", VICTIMS)
@pytest.mark.parametrize("attempt", range(2))
def test_nothing_outlives_a_process_that_is_killed(start, choice, victim, attempt):
    mounts_before = mounts.of_sandboxes()
    with orphans.adopted() as adopted:
        server = start()
        pid = VICTIMS[victim](server)
        known = [server.pid, *launchers_of(server.pid)]
        groups = group_directories(server.pid)
        load = Load(server, choice)
        time.sleep(choice.uniform(0.05, 2))
        started = descendants(server.pid)
        os.kill(pid, signal.SIGKILL)
        left = orphans.left_after(
            lambda: {*started, *adopted(), *known} - {server.pid}, CLEAN_SECONDS
        )
        assert not left, [Path(f"/proc/{pid}/cmdline").read_bytes() for pid in left]
        load.stop()
        server.has_ended(expected_code=-signal.SIGKILL if pid == server.pid else FAILED)
    assert mounts.of_sandboxes() == mounts_before
    assert_next_start_is_clean(start)
    assert [
        group for group in groups if group.exists()
    ] == []  # the start of the new server has removed them


@pytest.mark.skipif("DYNSESSIONS_NO_ZYGOTE" in os.environ, reason="there is no zygote")
def test_a_server_survives_its_zygote(start, choice):
    server = start()
    load = Load(server, choice)
    for _ in range(3):
        time.sleep(choice.uniform(0.05, 1))
        with contextlib.suppress(StopIteration, ProcessLookupError):  # a zygote is being started
            os.kill(zygote_of(server.pid), signal.SIGKILL)
    load.stop()
    # A zygote that is killed while it loads has failed: the next one starts after a pause
    # (zygote.h).
    wait_until(lambda: answers(server.session()), "no zygote came back", START_SECONDS)
    server.stop()


def test_a_temporary_state_directory_of_a_killed_server_goes_with_the_next_start(start, tmp_path):
    nowhere = {"XDG_STATE_HOME": "", "HOME": ""}
    server = start(**nowhere)
    (left,) = (tmp_path / "tmp").iterdir()
    server.kill()
    assert left.exists()  # no process was left to remove it
    long_ago = time.time() - 3600
    os.utime(left, (long_ago, long_ago))
    start(**nowhere).stop()
    assert not left.exists()
