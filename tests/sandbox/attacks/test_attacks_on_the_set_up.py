"""Case 70: a set-up that fails half-way.

A server either serves with every layer of its tier, or says what is missing and how to mend it.
"""

import shutil
import subprocess

import pytest
import requests

from soak.census import group_directories, launcher, launchers
from support.emulator import BINARY
from support.executions import value_in
from support.sanitizers import WITHOUT_LEAKS
from support.tiers import run_as, works_fully
from support.tracer import attached

attack = pytest.mark.attack
NO_ENGINE = 4


@attack(70)
@pytest.mark.only_in("A")
def test_whichever_call_of_the_set_up_fails_no_weaker_sandbox_comes_of_it(catch2):
    """By the launcher alone, call by call (tests/sandbox/failure_test.cpp)."""
    if not shutil.which("strace"):
        pytest.skip("strace is needed to make system calls fail")
    catch2("sandbox/sandbox_test", "[faults]")


# By letter of the tier: calls, and the step whose failure is to be named.
#
# In A not pivot_root and keyctl: where a container hides them, others do their work. For the same
# reason some fail here with another error than a container gives.
STEPS = {
    "A": {
        "move_mount": "lay out usr",
        "open_tree": "open tree /usr",
        "sethostname": "hostname",
        "setresuid": "session user uid",
        "capset": "privileges capset",
        "seccomp": "seccomp",
    },
    "B": {
        "landlock_create_ruleset": "landlock",
        "landlock_add_rule": "landlock: /usr",
        "landlock_restrict_self": "landlock",
        "mkdir": "temporary directory",
        "prlimit64": "RLIMIT_NOFILE",
        "close_range": "close_range",
        "setsid": "supervisor session",
        "dup3": "descriptors",  # supervisor and interpreter do it at the same time; one is first
        "capset": " capset",  # likewise
        "chdir": "working directory",
        "seccomp": "seccomp",
    },
}
# Of a launcher that serves, for each session, and of nothing else that it does.
LATER = {
    "A": {"sethostname": "hostname"},
    "B": {
        "chown": "session directory",
        "setsid": "supervisor session",
        "prctl": "supervisor sub-reaper",
        "landlock_restrict_self": "landlock",
        "signalfd4": "supervisor descriptors",
        "capset": " capset",  # as above
        "chdir": "working directory",
        "prlimit64": "limits RLIMIT_CORE",
        "seccomp": "seccomp",
    },
}


def by_tier(table):
    return [
        pytest.param(call, step, marks=pytest.mark.only_in(letter), id=f"{letter}-{call}")
        for letter, steps in table.items()
        for call, step in steps.items()
    ]


# EINVAL is what a kernel without filters says; libseccomp takes anything else for one with.
ERRORS = {"seccomp": "EINVAL", "sethostname": "EFAULT"}


def calls_before_main(call):
    """By the C library and by a sanitizer."""
    strace = ("strace", "-qq", *WITHOUT_LEAKS, "-e", f"trace={call}")
    traced = subprocess.run([*strace, BINARY, "--version"], capture_output=True, text=True)
    return traced.stderr.count(f"{call}(")


def failing(call, *more, from_the_start=False):
    """A command that lets calls fail in the program that it becomes, and in those that it starts."""
    if not shutil.which("strace"):
        pytest.skip("strace is needed to make system calls fail")
    first = 1 + (calls_before_main(call) if from_the_start else 0)
    error = ERRORS.get(call, "EPERM")
    quiet = ("strace", "-f", "-qq", "--seccomp-bpf", "-o", "/dev/null", *WITHOUT_LEAKS)
    return (*quiet, "-e", f"trace={call}", "-e", f"inject={call}:error={error}:when={first}+", *more)


@attack(70)
@pytest.mark.parametrize("call, step", by_tier(STEPS))
def test_a_step_that_fails_at_the_start_is_named_and_nothing_is_served(tier, call, step):
    ended = run_as(tier, before=failing(call, from_the_start=True))
    assert ended.returncode == NO_ENGINE
    assert step in ended.stderr
    assert ended.stdout == ""


@attack(70)
def test_a_step_that_fails_later_is_named_to_the_client_and_in_the_health_answer(
    start_server, tier
):
    server = start_server("--no-zygote", "--ready-sessions", "0")
    session = works_fully(server)
    for call, step in LATER[tier.letter].items():
        with failing_in(launcher_of(server), call):
            answer = server.session().executions("6 * 7")
            health = requests.get(f"{server.admin}/health/ready", timeout=10)
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (500, "SessionAllocationFailed"), call
        assert step in error["message"], call
        assert health.status_code == 503 and step in health.text, call
        assert value_in("synchronous", server.session(), "6 * 7") == 42
    works_fully(server)
    assert value_in("synchronous", session, "6 * 7") == 42, "the session that was there before"


def failing_in(process, call, *more):
    """In it and in whatever it starts meanwhile."""
    return attached(failing(call, *more), [process])


def launcher_of(server):
    """The one that makes sandboxes."""
    return launchers(server.pid)[1] if server.tier.letter == "A" else launcher(server.pid)


def test_a_session_that_cannot_join_its_control_groups_is_not_created(start_server):
    """What its processes write to join is refused, from its second session on."""
    server = start_server("--no-zygote", "--ready-sessions", "0")
    directories = group_directories(server.pid)
    if not directories:
        pytest.skip("this tier has no cgroups here")
    session = works_fully(server)
    # Whichever of the files there is, and of whichever sandbox comes next.
    names = ("tasks", "cgroup.procs")
    files = [f"{directory}/{n}/{name}" for directory in directories for n in range(2, 9) for name in names]
    watched = [word for file in files for word in ("-P", file)]
    with failing_in(launcher_of(server), "write", *watched):
        answer = server.session().executions("6 * 7")
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "SessionAllocationFailed")
    assert "join groups" in answer.json()["error"]["message"]
    works_fully(server)
    assert value_in("synchronous", session, "6 * 7") == 42
