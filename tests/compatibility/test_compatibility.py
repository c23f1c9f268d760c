"""Ordinary work meets no refusal of the system call filter (sandbox.md section 6.4).

Each program of programs/ must succeed. Then all of them run once more under strace, which sees what
a program does not tell: a call that was refused and a library that went on without it. Each such
refusal is on the list below with its reason, or the filter is wrong.
"""

import collections
import contextlib
import re
import subprocess
from pathlib import Path

import pytest
from soak.census import descendants
from support.emulator import Emulator
from support.waiting import wait_until

PROGRAMS = sorted((Path(__file__).parent / "programs").glob("*.py"))

# What the filter may refuse to ordinary work, and why that costs nobody anything.
EXPECTED = {
    ("clone3", "ENOSYS"): "its flags are in memory, where no filter looks; glibc falls back to clone",
    ("mbind", "EPERM"): "memory placement is the host's; the allocator of polars goes on without",
    ("get_mempolicy", "EPERM"): "memory placement is the host's; sort and the allocators go on",
}


def assert_done(session, program):
    answer = session.executions(program.read_text(), timeoutInSeconds=200)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["status"] == "Succeeded", body["result"]["stderr"]
    assert body["result"]["executionResult"] == "'done'"


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.stem)
def test_ordinary_work_succeeds(session, program):
    assert_done(session, program)


def is_traced_or_gone(pid, tracer):
    try:
        return f"TracerPid:\t{tracer}\n" in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True


@contextlib.contextmanager
def traced(pids, log):
    """strace on processes and all that they start; only calls that fail are written."""
    attach = [argument for pid in pids for argument in ("-p", str(pid))]
    tracer = subprocess.Popen(
        ["strace", "-f", "-qq", "-Z", "-s", "0", "-o", str(log), *attach], stderr=subprocess.PIPE
    )
    wait_until(
        lambda: tracer.poll() is not None or all(is_traced_or_gone(p, tracer.pid) for p in pids),
        "strace does not attach",
    )
    if tracer.poll() is not None:
        pytest.skip("strace may not attach here: " + tracer.stderr.read().decode())
    yield
    tracer.terminate()
    tracer.wait()


REFUSAL = re.compile(r"^\d+ +(?:<\.\.\. )?(\w+)(.*) = -1 (ENOSYS|EPERM|EAFNOSUPPORT) ")


def test_no_system_call_of_ordinary_work_is_refused_but_those_with_a_reason(tmp_path):
    log = tmp_path / "strace"
    server = Emulator("--ready-sessions", "0")
    try:
        # Once it has answered, all is there that sessions descend from.
        first = server.session()
        assert first.executions("6 * 7").status_code == 200
        first.end()
        before = descendants(server.pid)
        with traced(before, log):
            for program in PROGRAMS:
                session = server.session()
                assert_done(session, program)
                session.end()
            # strace cannot leave an init that waits for what strace has not reaped. The init of the
            # room that is made for the next session is another one each time.
            wait_until(lambda: len(descendants(server.pid)) <= len(before), "a session stays")
    finally:
        server.stop()
    refused = collections.defaultdict(str)
    for line in log.read_text().splitlines():
        if found := REFUSAL.match(line):
            refused[found[1], found[3]] = line
    assert ("clone3", "ENOSYS") in refused, "strace saw nothing"
    unexpected = {key: line for key, line in refused.items() if key not in EXPECTED}
    assert not unexpected, "\n".join(unexpected.values())
