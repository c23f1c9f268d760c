"""Programs that exceed their time limit and programs that end their interpreter: the answer has the
service's words (CONTRACT.md section 7, and section 8 rows 13 and 15 to 16), and the next call works
and finds its files. tests/unit/surfaces/data_plane/execute_answer_test.cpp tests the ceiling of 220
seconds.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest

from support.driving import DrivenPool
from support.executions import KERNELS, run_in, value_in
from support.waiting import wait_until

TIMED_OUT = "Request timed out waiting for code execution to complete after {} seconds"
# Programs must get to their endless part within their time, also if something holds them up.
TIME_LIMIT = 4
RESTARTED = "Kernel restarted"
ABORTED = "Execution aborted"

# An interrupt ends these, and the interpreter keeps its variables.
INTERRUPTED = {
    "a loop": "while True: pass",
    "a sleep": "import time; time.sleep(1000)",
    "a regular expression": "import re; re.match('(a+)+$', 'a' * 40 + 'b')",
    "a child process": "import subprocess; subprocess.run(['sleep', '1000'])",
    "a child process that ignores it": (
        """import subprocess; subprocess.run(['sh', '-c', 'trap "" INT; sleep 1000'])"""
    ),
    "a shell escape": "!sleep 1000",
    "an await": "import asyncio; await asyncio.sleep(1000)",
    "a program that catches it and ends": (
        "import time\ntry: time.sleep(1000)\nexcept KeyboardInterrupt: pass\n'caught'"
    ),
}

# An interpreter has two seconds to show the traceback of an interrupt. IPython parses the source of
# each library in it at the first time, which takes a busy machine longer; here it happens before.
SHOW_SOURCES = """
import re, subprocess
for fail in (lambda: re.match('(', ''), lambda: subprocess.run(['/no/such/program'])):
    try: fail()
    except Exception: get_ipython().showtraceback()
state = 1
"""

# These ignore interrupts; only a new interpreter helps.
STUBBORN = {
    "a loop in C": "sum(range(10 ** 12))",
    "a loop of numpy": "import numpy; numpy.broadcast_to(1.0, 10 ** 12).sum()",
    # Not `try: while True: pass`: CPython 3.11 counts the jump of that loop as outside the try.
    "a program that swallows it": (
        "import time\nwhile True:\n  try: time.sleep(1000)\n  except BaseException: pass"
    ),
    "a program that ignores the signal": (
        "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass"
    ),
}

DEATHS = {
    "exits": "import os; os._exit(3)",
    "is killed": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    "crashes": "import ctypes; ctypes.string_at(0)",
    "aborts": "import os; os.abort()",
    "becomes another": "import os; os.execv('/bin/true', ['true'])",
}


@pytest.fixture
def session(small_server):
    """A session with a file that must always stay."""
    fresh = small_server.session()
    fresh.upload("kept.txt", b"kept")
    yield fresh
    fresh.end()


def assert_failed(body, stderr):
    assert (body["status"], body["result"]["executionResult"]) == ("Failed", None)
    assert body["result"]["stderr"] == stderr


def assert_continues(session, kernel, has_state):
    """Checks that the next call works and finds the file, and the variable `state` if the
    interpreter stayed."""
    assert value_in(kernel, session, "open('/mnt/data/kept.txt').read()") == "'kept'"
    assert value_in(kernel, session, "'state' in globals()") == str(has_state)
    assert session.content("kept.txt").content == b"kept"


@pytest.mark.parametrize("code", INTERRUPTED.values(), ids=INTERRUPTED.keys())
def test_a_program_that_takes_too_long_is_interrupted_and_variables_stay(session, code):
    assert session.executions(SHOW_SOURCES).json()["status"] == "Succeeded"
    assert_failed(session.executions(code, timeoutInSeconds=1).json(), TIMED_OUT.format(1))
    assert_continues(session, "synchronous", has_state=True)


@pytest.mark.parametrize("code", STUBBORN.values(), ids=STUBBORN.keys())
def test_a_program_that_cannot_be_interrupted_costs_the_variables(session, code):
    session.executions("state = 1")
    body = session.executions(code, timeoutInSeconds=TIME_LIMIT).json()
    assert_failed(body, f"{TIMED_OUT.format(TIME_LIMIT)}\n{RESTARTED}")
    assert_continues(session, "synchronous", has_state=False)


@pytest.mark.parametrize("kernel", ["asynchronous", "empty"])
def test_the_other_kernels_are_interrupted_and_restarted_alike(session, kernel):
    run_in(kernel, session, "state = 1")
    interrupted = run_in(kernel, session, INTERRUPTED["a sleep"], timeoutInSeconds=1)
    assert_failed(interrupted, TIMED_OUT.format(1))
    assert_continues(session, kernel, has_state=True)
    stubborn = run_in(kernel, session, STUBBORN["a loop in C"], timeoutInSeconds=TIME_LIMIT)
    assert_failed(stubborn, f"{TIMED_OUT.format(TIME_LIMIT)}\n{RESTARTED}")
    assert_continues(session, kernel, has_state=False)


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("code", DEATHS.values(), ids=DEATHS.keys())
def test_a_program_that_ends_its_interpreter_has_failed_and_the_session_continues(
    session, code, kernel
):
    run_in(kernel, session, "state = 1")
    body = run_in(kernel, session, f"import os; os.write(1, b'last words')\n{code}")
    assert_failed(body, RESTARTED)
    assert body["result"]["stdout"] == "last words"
    assert_continues(session, kernel, has_state=False)


def test_shared_memory_goes_with_its_interpreter(session):
    fill = "import os\nwith open('/dev/shm/left', 'wb') as file: file.write(bytes(60 << 20))\n"
    assert_failed(run_in("synchronous", session, fill + "os._exit(1)"), RESTARTED)
    assert value_in("synchronous", session, "import os; os.listdir('/dev/shm')") == "[]"
    pool = (
        "import multiprocessing\nwith multiprocessing.Pool(2) as pool: a = pool.map(abs, [-1])\na"
    )
    assert value_in("synchronous", session, pool) == "[1]"


def test_what_a_program_wrote_before_its_time_was_up_is_shown(session):
    code = "import sys, time\nprint('begun')\nprint('careful', file=sys.stderr)\ntime.sleep(1000)"
    body = session.executions(code, timeoutInSeconds=TIME_LIMIT).json()
    assert_failed(body, f"careful\n{TIMED_OUT.format(TIME_LIMIT)}")
    assert body["result"]["stdout"] == "begun\n"


def test_calls_behind_one_that_times_out_are_aborted_without_being_run(small_server):
    pool = DrivenPool(small_server)
    session = pool.session()
    endless = "open('/mnt/data/running', 'w').close()\nwhile True: pass"
    behind = "open('/mnt/data/ran', 'w').close()"
    with ThreadPoolExecutor() as threads:
        first = threads.submit(session.executions, endless, timeoutInSeconds=220)
        wait_until(
            lambda: session.file("running").status_code == 200, "the first program never began"
        )
        others = [threads.submit(session.executions, behind) for _ in range(2)]
        wait_until(
            lambda: pool.ask("GET", "/sessions")["value"][0]["calls"] == 3, "no calls are waiting"
        )
        pool.advance(221)
    assert first.result().json()["status"] == "Failed"
    for other in others:
        assert_failed(other.result().json(), ABORTED)
    assert session.file("ran").status_code == 404
    assert session.executions("6 * 7").json()["result"]["executionResult"] == 42
    pool.send("DELETE")


MEMORY_HOGS = {
    "at once": "b'x' * (1 << 40)",
    "bit by bit": "hoard = []\nwhile True: hoard.append(b'x' * (1 << 24))",
    "in a child": "import subprocess, sys\n"
    "subprocess.run([sys.executable, '-c', 'h = []\\nwhile True: h.append(b\"x\" * (1 << 24))'],"
    " check=True)",
}


@pytest.mark.parametrize("code", MEMORY_HOGS.values(), ids=MEMORY_HOGS.keys())
def test_a_program_that_takes_all_memory_fails_and_the_session_continues(session, code):
    body = session.executions(code, timeoutInSeconds=60).json()
    assert (body["status"], body["result"]["executionResult"]) == ("Failed", None)
    words = ("MemoryError", RESTARTED, ABORTED, "CalledProcessError")
    assert any(word in body["result"]["stderr"] for word in words), body
    session.executions("hoard = None")
    assert value_in("synchronous", session, "open('/mnt/data/kept.txt').read()") == "'kept'"
