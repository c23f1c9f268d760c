"""Ordinary work meets no refusal of the system call filter (seccomp_policy.cpp).

Each program of programs/ must succeed. Then all of them run again under strace, which sees what a
program does not report: a call that was refused and a library that continued without it. Each such
refusal must be on the list below with its reason; otherwise the filter is wrong.
"""

import collections
import re
from pathlib import Path

import pytest

from support.processes import descendants
from support.tracer import CannotAttach, attached

PROGRAMS = sorted((Path(__file__).parent / "programs").glob("*.py"))

# Refusals of ordinary work, and why each does no harm.
EXPECTED = {
    (
        "clone3",
        "ENOSYS",
    ): "its flags are in memory, where no filter looks; glibc falls back to clone",
    ("mbind", "EPERM"): "memory placement is the host's; the allocator of polars works without it",
    (
        "get_mempolicy",
        "EPERM",
    ): "memory placement is the host's; sort and allocators work without it",
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


REFUSAL = re.compile(r"^\d+ +(?:<\.\.\. )?(\w+)(.*) = -1 (ENOSYS|EPERM|EAFNOSUPPORT) ")


def test_no_system_call_of_ordinary_work_is_refused_but_those_with_a_reason(
    emulator_factory, tmp_path
):
    log = tmp_path / "strace"
    server = emulator_factory("--ready-sessions", "0", few_modules=False)
    # Once it has answered, all processes from which sessions descend exist.
    first = server.session()
    assert first.executions("6 * 7").status_code == 200
    first.end()
    only_failures = ("strace", "-f", "-qq", "-Z", "-s", "0", "-o", str(log))
    try:
        with attached(only_failures, descendants(server.pid)):
            for program in PROGRAMS:
                session = server.session()
                assert_done(session, program)
                session.end()
    except CannotAttach as error:
        pytest.skip(str(error))
    refused = collections.defaultdict(str)
    for line in log.read_text().splitlines():
        if found := REFUSAL.match(line):
            refused[found[1], found[3]] = line
    assert ("clone3", "ENOSYS") in refused, "strace saw nothing"
    unexpected = {key: line for key, line in refused.items() if key not in EXPECTED}
    assert not unexpected, "\n".join(unexpected.values())
