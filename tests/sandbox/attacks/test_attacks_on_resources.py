"""Cases 19 to 22: too many processes and threads, too much memory, all of the processors' time."""

import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.executions import run_in, stderr_of, value
from support.processes import processes_with
from support.programs import run_inside, run_outside
from support.waiting import wait_until

attack = pytest.mark.attack
MAX_PROCESSES = 64  # limit of the server of these tests, see conftest.py
MEMORY_BYTES = 512 << 20
RESTARTED = "Kernel restarted"
# Where a limit is soft, the kernel counts the processes of all servers of one user together.
counts_processes = pytest.mark.alone("no other session of the same user can start a process")
SLOW_SECONDS = 60  # limit of a call while a neighbour takes all resources it can get


def seconds_of_slowest(session, calls=20):
    slowest = 0
    for _ in range(calls):
        begin = time.monotonic()
        assert value(session, "6 * 7") == 42
        slowest = max(slowest, time.monotonic() - begin)
    return slowest


def while_it_runs(session, code, act):
    """Calls `act()` while the program runs in the session; returns the result and the program's
    answer."""
    with ThreadPoolExecutor() as pool:
        begun = "open('/mnt/data/begun', 'w').close()\n"
        running = pool.submit(run_in, "synchronous", session, begun + code, timeoutInSeconds=3)
        wait_until(lambda: session.file("begun").status_code == 200, "it never began")
        result = act()
        return result, running.result()


@attack(19)
@counts_processes
def test_a_fork_bomb_meets_the_limit_of_its_session(session, limits):
    counted = run_inside(session, "fork_bomb")
    assert counted["error"] == "EAGAIN"
    # Where the limit is soft the kernel counts all processes of the user, and others start and end.
    most = MAX_PROCESSES if limits["processes"] == "hard" else 4 * MAX_PROCESSES
    assert MAX_PROCESSES // 2 < counted["children"] < most


@attack(19)
@counts_processes
def test_processes_that_always_fork_stop_no_other_session_and_end_with_theirs(
    session, other_session
):
    mark = f"storm-{uuid.uuid4()}"
    storm = f"""
import subprocess, sys, time
subprocess.Popen([sys.executable, '-I', '-S', '-c', '''
import os
while True:
    try:
        if os.fork() == 0: os.setsid()
        elif os.getpid() % 3: os._exit(0)
    except OSError: pass
''', {mark!r}])
time.sleep(2)
"""
    slowest, _ = while_it_runs(session, storm, lambda: seconds_of_slowest(other_session))
    assert slowest < SLOW_SECONDS
    assert processes_with(mark)
    session.end()
    wait_until(lambda: not processes_with(mark), "the storm outlived its session")


@attack(20)
@counts_processes
def test_threads_end_at_the_limit_of_the_session(session, limits):
    """The stacks are small, because the memory for larger ones would run out first."""
    started = value(
        session,
        "import threading\nstop, count = threading.Event(), 0\n"
        "threading.stack_size(256 << 10)\n"
        "def start(most):\n"
        "    global count\n"
        "    while count < most:\n"
        "        try: threading.Thread(target=stop.wait, daemon=True).start()\n"
        "        except RuntimeError as error: return str(error)\n"
        "        count += 1\n"
        "start(8), start(10_000), count",
    )
    reached, refused, count = eval(started)
    assert (reached, refused) == (None, "can't start new thread")
    most = MAX_PROCESSES if limits["processes"] == "hard" else 4 * MAX_PROCESSES
    assert MAX_PROCESSES // 2 < count < most
    value(session, "stop.set()")


# The end of each program, by letter of the tier. In B there is no /dev/shm, and files are on the
# host's disk, where the launcher counts them and ends the kernel.
FULL_DISK = {"A": ["No space left"], "B": [RESTARTED]}
BOMBS = {
    "private memory": ("hoard = []\nwhile True: hoard.append(b'x' * (1 << 24))", ["MemoryError"]),
    "one large block": ("b'x' * (1 << 40)", ["MemoryError"]),
    "shared memory": (
        "f = open('/dev/shm/f', 'wb', 0)\nwhile True: f.write(b'x' * (1 << 20))",
        {"A": ["No space left"], "B": ["Permission denied"]},
    ),
    "temporary files": (
        "f = open('/tmp/f', 'wb', 0)\nwhile True: f.write(b'x' * (1 << 20))",
        FULL_DISK,
    ),
    "a mapped file": (
        "import mmap\nf = open('/mnt/data/f', 'wb+', 0)\n"
        "while True:\n  f.write(b'x' * (1 << 20))\n"
        "  mmap.mmap(f.fileno(), 0)[-1:] = b'y'",
        FULL_DISK,
    ),
}


@attack(21)
@pytest.mark.parametrize("code, ends", BOMBS.values(), ids=BOMBS)
def test_a_program_that_takes_all_it_can_gets_the_error_of_what_ends(
    session, other_session, tier, code, ends
):
    session.upload("kept", b"kept")
    expected = ends if isinstance(ends, list) else ends[tier.letter]
    if expected == [RESTARTED]:  # a file can reach its size limit before the launcher counts it
        code = f"import time\ntry: exec({code!r})\nexcept OSError: time.sleep(50)"
    complaint = stderr_of(session, code, timeoutInSeconds=60)
    assert any(words in complaint for words in expected), complaint
    assert (RESTARTED in complaint) == (expected == [RESTARTED])
    assert seconds_of_slowest(other_session, 3) < SLOW_SECONDS
    value(session, "hoard = f = None")
    assert value(session, "open('/mnt/data/kept').read()") == "'kept'"


# Pages that count for no RLIMIT; the program stays, because some tiers check only now and then.
SHARED_PAGES = """
import mmap, time
memory = mmap.mmap(-1, SIZE)
for start in range(0, SIZE, 1 << 20): memory[start : start + (1 << 20)] = b'x' * (1 << 20)
if SIZE > (LIMIT): time.sleep(50)
"""


@attack(21)
def test_more_memory_than_the_session_may_have_ends_its_kernel_and_the_answer_says_so(
    session, other_session
):
    """Cgroups end it, or the launcher's memory watch where there are no cgroups."""
    session.upload("kept", b"kept")
    pages = SHARED_PAGES.replace("LIMIT", str(MEMORY_BYTES))
    value(session, pages.replace("SIZE", str(MEMORY_BYTES // 2)) + "del memory\n1")
    answer = session.executions(pages.replace("SIZE", str(2 * MEMORY_BYTES)), timeoutInSeconds=60)
    assert answer.json()["result"]["stderr"].endswith(RESTARTED), answer.text
    assert "memory" in answer.headers["x-emulator-reason"]
    assert seconds_of_slowest(other_session, 3) < SLOW_SECONDS
    assert value(session, "open('/mnt/data/kept').read()") == "'kept'"


@attack(22)
def test_a_session_that_burns_every_core_leaves_others_their_time(session, other_session):
    burn = "import os\nfor _ in range(8):\n  if os.fork() == 0:\n    while True: pass\nwhile True: pass"
    slowest, body = while_it_runs(session, burn, lambda: seconds_of_slowest(other_session))
    assert slowest < SLOW_SECONDS
    assert body["status"] == "Failed"


@attack(22)
def test_processes_get_no_more_time_than_their_session_where_that_is_limited(start_server, limits):
    """The limit is so low that even a busy machine has more time to give."""
    most = 0.1
    server = start_server("--cpu-limit", str(most), "--ready-sessions", "0")
    server.await_log(f"CPU {limits['CPU']}")
    if limits["CPU"] == "absent":
        return  # not limited, as reported; the test above shows that other sessions get their time
    share = run_inside(server.session(), "burn", processes=8, seconds=3)
    assert 0 < share < 1.3 * most
    assert run_outside("burn", processes=8, seconds=3) > 1.3 * most
