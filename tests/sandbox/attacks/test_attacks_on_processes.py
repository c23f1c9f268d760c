"""Cases 23 to 33: processes that do not end, processes that end, and access to other processes."""

import os
import signal
import subprocess
import time
import uuid
from pathlib import Path

import pytest
import requests

from support.emulator import HTTP_SECONDS
from support.executions import KERNELS, run_in, stderr_of, value, value_in
from support.processes import below, children, processes_with
from support.programs import run_inside, run_outside
from support.tiers import as_session_user
from support.waiting import wait_until

attack = pytest.mark.attack
TIMED_OUT = "Request timed out waiting for code execution to complete after {} seconds"
# Programs must get to their endless part within their time, also if something holds them up.
TIME_LIMIT = 4
RESTARTED = "Kernel restarted"

DAEMON = """
import os, signal, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        os.closerange(0, 64)
        os.execv(sys.executable, [sys.executable, '-c', 'import time; time.sleep(10000)', MARK])
    os._exit(0)
"""


def leave_daemon(session):
    mark = f"daemon-{uuid.uuid4()}"
    value(session, DAEMON.replace("MARK", repr(mark)))
    wait_until(lambda: processes_with(mark), "the daemon was never seen")
    return mark


@attack(23)
def test_a_daemon_ends_with_its_session(session, other_session):
    mark, others_mark = leave_daemon(session), leave_daemon(other_session)
    session.end()
    wait_until(lambda: not processes_with(mark), "the daemon outlived its session")
    assert processes_with(others_mark)


@attack(24)
def test_a_process_that_keeps_the_streams_open_holds_up_no_answer(session):
    begin = time.monotonic()
    code = "import subprocess; p = subprocess.Popen(['sleep', '1000']); print('done')"
    assert run_in("synchronous", session, code)["result"]["stdout"] == "done\n"
    assert time.monotonic() - begin < 60  # the other process runs longer
    assert value(session, "p.poll()") is None or value(session, "p.poll() is None") == "True"


STUBBORN = {
    "a handler that passes": (
        "import signal\nsignal.signal(signal.SIGINT, lambda *a: None)\nwhile True: pass"
    ),
    "a loop in C": "sum(range(10 ** 12))",
    "a loop that swallows": (
        "import time\nwhile True:\n  try: time.sleep(9)\n  except BaseException: pass"
    ),
    "a blocked signal": (
        "import signal, time\nsignal.pthread_sigmask(0, [signal.SIGINT])\ntime.sleep(100)"
    ),
}


@attack(25)
@pytest.mark.parametrize("code", STUBBORN.values(), ids=STUBBORN)
def test_a_program_that_ignores_the_interrupt_is_ended(session, code):
    session.upload("kept", b"kept")
    complaint = stderr_of(session, code, timeoutInSeconds=TIME_LIMIT)
    assert complaint == f"{TIMED_OUT.format(TIME_LIMIT)}\n{RESTARTED}"
    assert value(session, "open('/mnt/data/kept').read()") == "'kept'"


@attack(25)
def test_a_program_that_heeds_the_interrupt_keeps_its_variables(session):
    """The positive control of the programs that ignore the interrupt."""
    value(session, "x = 1")
    assert stderr_of(session, "while True: pass", timeoutInSeconds=1) == TIMED_OUT.format(1)
    assert value(session, "x") == 1


@attack(26)
@pytest.mark.parametrize("number", ["SIGSTOP", "SIGTSTP", "SIGTTIN"])
@pytest.mark.parametrize("target", ["os.kill(os.getpid(), {})", "os.killpg(0, {})"])
def test_a_program_that_stops_itself_meets_its_time_limit(session, number, target):
    stop = target.format(f"signal.{number}")
    code = f"import os, signal; {stop}; 1"
    body = run_in("synchronous", session, code, timeoutInSeconds=TIME_LIMIT)
    # A terminal's signals do not stop the leader of a process session without a terminal.
    if number == "SIGSTOP":
        assert body["result"]["stderr"] == f"{TIMED_OUT.format(TIME_LIMIT)}\n{RESTARTED}"
    else:
        assert body["result"]["executionResult"] == 1, body
    assert value(session, "6 * 7") == 42


@attack(27)
def test_no_signal_leaves_the_session(session, other_session, server, canaries, tier):
    outside = [canaries.victim.pid, server.pid, os.getpid()]
    run_in("asynchronous", session, "state = 'mine'")
    sent = run_inside(session, "signal_everybody", pids=outside)
    assert sent.pop("own child") == "killed"  # killed by the signal to all processes
    # In B the kernel answers "allowed" as soon as one process exists, whichever processes refused.
    # The test looks at the effect: the other kernel, the other session, the server and the victim
    # live.
    assert sent.pop("everybody") == {"A": "ESRCH", "B": "allowed"}[tier.letter]
    assert value_in("asynchronous", session, "state") == "'mine'"
    # In A other processes have no pid, and pid 0, the parent's, is the sender's own group.
    expected = {"A": ("ESRCH", "allowed"), "B": ("EPERM", "EPERM")}[tier.letter]
    assert sent == {"named": [expected[0]] * 3, "parent": expected[1]}
    control = run_outside("touch_process", before=as_session_user(), pid=canaries.victim.pid)
    assert control["signal"] == "allowed"
    canaries.drain()


@attack(28)
def test_init_is_no_target(session):
    code = (
        "import os, signal\n"
        "for number in range(1, 65):\n"
        "    try: os.kill(1, number)\n"
        "    except PermissionError: pass\n"
        "    os.kill(os.getpid(), 0)\n'still here'"
    )
    assert value(session, code) == "'still here'"
    assert value(session, "'signal' in globals()") == "True"


DEATHS = {
    "exits": "os._exit(0)",
    "aborts": "os.abort()",
    "crashes": "import ctypes; ctypes.string_at(0)",
    "is killed": "os.kill(os.getpid(), 9)",
    "becomes another": "os.execv('/bin/true', ['true'])",
    "loses its memory": "import ctypes; ctypes.memset(id(os), 255, 4096); os.getpid()",
}


@attack(29)
@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("code", DEATHS.values(), ids=DEATHS)
def test_an_interpreter_that_ends_itself_is_replaced_and_files_stay(session, code, kernel):
    session.upload("kept", b"kept")
    body = run_in(kernel, session, f"import os; {code}")
    assert (body["status"], body["result"]["stderr"]) == ("Failed", RESTARTED)
    assert value_in(kernel, session, "open('/mnt/data/kept').read()") == "'kept'"


@attack(30)
def test_orphans_that_end_are_reaped(session, server):
    assert run_inside(session, "orphans", count=2000) == {"left": 0}
    wait_until(lambda: not zombies_below(server.pid), "orphans stay as zombies")


def zombies_below(pid):
    return [child for child, process in below(pid).items() if process.is_zombie]


PATTERN = Path("/proc/sys/kernel/core_pattern")


@pytest.fixture
def core_handler(tmp_path):
    """Makes the kernel call a program for every crash on this machine; returns the file that the
    program writes."""
    if not os.access(PATTERN, os.W_OK):
        pytest.skip("kernel.core_pattern cannot be set here")
    log, handler, before = tmp_path / "crashes", tmp_path / "handler", PATTERN.read_text()
    handler.write_text(f"#!/bin/sh\necho $1 >>{log}\n")
    handler.chmod(0o755)
    try:
        PATTERN.write_text(f"|{handler} %e")
    except OSError as error:
        pytest.skip(f"kernel.core_pattern cannot be set here: {error}")
    yield lambda: log.read_text() if log.exists() else ""
    PATTERN.write_text(before)


@attack(30)
@pytest.mark.alone("sets kernel.core_pattern, which every process of the machine has")
def test_a_crash_inside_does_not_start_the_hosts_core_handler(session, core_handler):
    """The handler would run as root, on the host, with a name that the program chose."""
    crash = "import os, ctypes; ctypes.CDLL(None).prctl(15, b'insider', 0, 0, 0); os.abort()"
    assert stderr_of(session, crash) == RESTARTED
    outside = crash.replace("insider", "outsider")
    assert subprocess.run(["/usr/bin/python3", "-c", outside]).returncode == -signal.SIGABRT
    wait_until(lambda: "outsider" in core_handler(), "the handler does not work at all")
    assert "insider" not in core_handler()


@attack(31)
def test_a_process_outside_cannot_be_seen_or_touched(session, canaries, server, tier):
    for pid in (canaries.victim.pid, server.pid):
        touched = run_inside(session, "touch_process", pid=pid)
        assert set(touched.values()) <= {"EPERM", "EACCES", "ENOENT", "ESRCH"}, touched
        if tier.letter == "A":
            assert touched["signal"] == touched["limits"] == "ESRCH"
    control = run_outside("touch_process", before=as_session_user(), pid=canaries.victim.pid)
    assert set(control.values()) == {"allowed"}
    canaries.drain()
    wait_until(lambda: not canaries.touched(), "the control left its mark")


@attack(31)
def test_programs_that_others_run_cannot_be_watched(session, tier):
    watched = run_inside(session, "watch_programs")
    assert set(watched["watch"].values()) == {"EPERM"} and watched["programs"] == []
    if tier.letter == "A":
        assert watched["watch for changes"] == "allowed"
        assert watched["changes"] == ["watched-for-changes"]
    control = run_outside("watch_programs", before=as_session_user())
    assert set(control["watch"].values()) == {"allowed"} and "cksum" in control["programs"]


@attack(31)
def test_init_and_other_kernels_cannot_be_touched(session, tier):
    run_in("asynchronous", session, "secret = 'mine'")
    run_in("empty", session, "secret = 'mine'")
    touched = run_inside(session, "touch_process", pid=1)
    if tier.letter == "A":  # its init receives signals and ignores them
        assert touched.pop("signal") == touched.pop("signal by descriptor") == "allowed"
        seen = value(session, "import os; sorted(n for n in os.listdir('/proc') if n.isdigit())")
        assert seen == "['2']"
    for name in ("limits", "scheduling"):
        # Only its init can be changed, if init has the program's user because the server has it.
        assert touched.pop(name) in {"EPERM", "EACCES"} | (
            {"allowed"} if tier.letter == "A" else set()
        )
    assert set(touched.values()) <= {"EPERM", "EACCES", "ENOENT"}, touched
    for kernel in ("asynchronous", "empty"):
        assert value_in(kernel, session, "secret") == "'mine'"


@attack(31)
@pytest.mark.only_in("B")
def test_interpreters_of_other_kernels_and_sessions_cannot_be_touched_by_their_pids(
    session, other_session
):
    """In A the interpreters have no pid there. The program's own child can be touched."""
    pid = "__import__('os').getpid()"
    theirs = [value(other_session, pid)]
    theirs += [value_in(kernel, session, pid) for kernel in ("asynchronous", "empty")]
    assert len({value(session, pid), *theirs}) == 4
    for each in theirs:
        touched = run_inside(session, "touch_process", pid=each)
        assert set(touched.values()) <= {"EPERM", "EACCES", "ENOENT"}, touched
    child = "import subprocess; child = subprocess.Popen(['sleep', '100']); child.pid"
    touched = run_inside(session, "touch_process", pid=value(session, child))
    assert touched["signal"] == touched["signal by descriptor"] == "allowed", touched


@attack(32)
def test_a_killed_server_takes_every_session_along_and_the_next_one_starts(start_server):
    server = start_server()
    mark = leave_daemon(server.session())
    server.kill()  # asserts that no process and no mount is left
    assert not processes_with(mark)
    again = start_server()
    assert value(again.session(), "6 * 7") == 42


@attack(33)
def test_a_killed_launcher_takes_every_session_along_and_the_server_says_so(start_server):
    server = start_server()
    session = server.session()
    mark = leave_daemon(session)
    assert requests.get(f"{server.admin}/health/ready", timeout=HTTP_SECONDS).status_code == 200
    for pid in children(server.pid):
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not processes_with(mark), "a daemon outlived the launcher")
    server.has_ended(expected_code=1)  # a server without a launcher exits
    assert "the sandbox launcher has ended" in server.stderr()
