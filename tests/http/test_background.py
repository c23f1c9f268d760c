"""Threads and processes that a program leaves running: they continue between calls. What they print
between calls belongs to no execution and is dropped (docs/DESIGN.md, "Life of a session"). They
end with their session.
"""

import time
import uuid
from pathlib import Path

import pytest

from support.driving import Admin
from support.emulator import BINARY
from support.executions import KERNELS, run_in, value_in
from support.processes import processes_with
from support.sanitizers import memory_room
from support.waiting import wait_until


def exists(session, name):
    return session.file(name).status_code == 200


# Each waits for a file `go`, prints, and then makes a file `done`, so that the test decides what
# happens between two calls and what happens during one.
THREAD = """
import os, sys, threading, time
def work():
    while not os.path.exists('/mnt/data/go'): time.sleep(0.01)
    print('late', flush=True)
    print('late', file=sys.stderr, flush=True)
    found.append('late')
    open('/mnt/data/done', 'w').close()
found = []
thread = threading.Thread(target=work)
thread.start()
"""
PROCESS = """
import subprocess
process = subprocess.Popen(['sh', '-c', '''
    until [ -e /mnt/data/go ]; do sleep 0.01; done
    echo late
    echo late >&2
    : >/mnt/data/done
'''])
"""
WORKERS = {"a thread": THREAD, "a process": PROCESS}


@pytest.mark.parametrize("code", WORKERS.values(), ids=WORKERS.keys())
@pytest.mark.parametrize("kernel", KERNELS)
def test_work_continues_between_calls_and_its_output_belongs_to_no_call(session, kernel, code):
    assert run_in(kernel, session, code)["result"]["stdout"] == ""
    session.upload("go", b"")
    wait_until(lambda: exists(session, "done"), "the work did not go on between calls")
    result = run_in(kernel, session, "print('on time')")["result"]
    assert (result["stdout"], result["stderr"]) == ("on time\n", "")


@pytest.mark.parametrize(
    "code, wait",
    [(THREAD, "thread.join()"), (PROCESS, "process.wait();")],
    ids=WORKERS.keys(),
)
def test_output_during_a_later_call_is_that_calls_own(session, code, wait):
    session.executions(code)
    result = session.executions(f"open('/mnt/data/go', 'w').close()\n{wait}").json()["result"]
    assert (result["stdout"], result["stderr"]) == ("late\n", "late\n")


def test_a_thread_shares_the_variables_of_its_interpreter(session):
    session.executions(THREAD)
    session.upload("go", b"")
    wait_until(lambda: exists(session, "done"), "the thread did not go on")
    assert value_in("synchronous", session, "found") == "['late']"


@pytest.mark.attack(56)
def test_output_that_never_ends_between_calls_costs_nothing(emulator_factory):
    server = emulator_factory()
    session = server.session()
    session.executions("import subprocess\nnoise = subprocess.Popen(['yes'])")

    def memory():
        status = Path(f"/proc/{server.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) << 10

    before = memory()
    start = time.monotonic()
    while time.monotonic() - start < 1:  # about a gigabyte
        session.list()
    assert memory() - before < memory_room(32 << 20, BINARY)
    result = session.executions("noise.kill()\nnoise.wait();\n6 * 7").json()["result"]
    assert result["executionResult"] == 42


# Ways to leave a process behind; each has MARK in its command line.
SLEEP = "[sys.executable, '-c', 'import time; time.sleep(10000)', 'MARK']"
DAEMONS = {
    "a child": f"import subprocess, sys\nsubprocess.Popen({SLEEP})",
    "a child in a new process session": (
        f"import subprocess, sys\nsubprocess.Popen({SLEEP}, start_new_session=True)"
    ),
    "a daemon": f"""
import os, signal, sys
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        os.closerange(0, 64)
        os.execv(sys.executable, {SLEEP})
    os._exit(0)
""",
    "a thread with a child": f"""
import subprocess, sys, threading
threading.Thread(target=subprocess.run, args=({SLEEP},)).start()
""",
}


def leave_behind(session, daemon, kernel="synchronous"):
    """Starts the process and returns its mark once it runs."""
    mark = f"left-{uuid.uuid4()}"
    body = run_in(kernel, session, DAEMONS[daemon].replace("MARK", mark))
    assert body["status"] == "Succeeded", body
    wait_until(lambda: processes_with(mark), "it was never seen")
    return mark


@pytest.mark.parametrize("daemon", DAEMONS)
def test_what_a_program_left_running_ends_with_the_session(emulator, daemon):
    session, other = emulator.session(), emulator.session()
    mark, others_mark = leave_behind(session, daemon), leave_behind(other, daemon)
    session.executions("6 * 7")
    assert processes_with(mark)
    session.end()
    wait_until(lambda: not processes_with(mark), "it outlived its session")
    assert processes_with(others_mark)
    other.end()
    wait_until(lambda: not processes_with(others_mark), "it outlived its session")


@pytest.mark.parametrize("daemon", DAEMONS)
def test_what_a_program_left_running_ends_when_its_interpreter_is_replaced(session, daemon):
    mark, others_mark = leave_behind(session, daemon), leave_behind(session, daemon, "empty")
    body = session.executions("import os; os._exit(1)").json()
    assert body["result"]["stderr"] == "Kernel restarted"
    assert not processes_with(mark)
    assert processes_with(others_mark), "the other kernel lost its process"


@pytest.mark.attack(23)
def test_what_a_program_left_running_ends_when_the_cooldown_passes(emulator_factory):
    server = emulator_factory("--cooldown-period", "1")
    clock = Admin(server)
    clock.ask("PUT", "/clock", json={"mode": "frozen"})  # the session lives until it was seen
    mark = leave_behind(server.session(), "a daemon")
    clock.ask("PUT", "/clock", json={"mode": "running"})
    wait_until(lambda: not processes_with(mark), "it outlived its session")
