"""Case 70: a set-up that fails half-way.

A server either serves with every layer of its tier, or reports what is missing and the cure.
"""

import shutil
import subprocess

import pytest
import requests

from support.emulator import BINARY, HTTP_SECONDS
from support.executions import value_in
from support.launchers import group_directories, launcher_of, launchers_of
from support.sanitizers import WITHOUT_LEAKS
from support.tiers import run_as, works_fully
from support.tracer import attached

attack = pytest.mark.attack
NO_ENGINE = 4


@attack(70)
@pytest.mark.only_in("A")
def test_a_failed_call_of_the_set_up_never_makes_a_weaker_sandbox(catch2):
    """A test of the launcher alone, call by call (tests/sandbox/failure_test.cpp)."""
    if not shutil.which("strace"):
        pytest.skip("strace is needed to make system calls fail")
    catch2("sandbox/sandbox_test", "[faults]")


# System calls that fail, and the step that must be named, by letter of the tier.
#
# Tier A can work without pivot_root and keyctl, because it uses other calls if a container hides
# them. For the same reason some calls fail here with another error than in a container.
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
        "dup3": "descriptors",  # supervisor and interpreter call it concurrently
        "capset": " capset",  # see above
        "chdir": "working directory",
        "seccomp": "seccomp",
    },
}
# Calls of a serving launcher for each session, and for nothing else.
LATER = {
    "A": {"sethostname": "hostname"},
    "B": {
        "chown": "session directory",
        "setsid": "supervisor session",
        "prctl": "supervisor sub-reaper",
        "landlock_restrict_self": "landlock",
        "signalfd4": "supervisor descriptors",
        "capset": " capset",  # see above
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


# A kernel without filters answers EINVAL; libseccomp takes any other error for a kernel with
# filters.
ERRORS = {"seccomp": "EINVAL", "sethostname": "EFAULT"}


def calls_before_main(call):
    """Counts the calls that the C library and a sanitizer make before main()."""
    strace = ("strace", "-qq", *WITHOUT_LEAKS, "-e", f"trace={call}")
    traced = subprocess.run([*strace, BINARY, "--version"], capture_output=True, text=True)
    return traced.stderr.count(f"{call}(")


def failing(call, *more, from_the_start=False):
    """Returns a command prefix that makes calls fail in its program and in that program's
    children."""
    if not shutil.which("strace"):
        pytest.skip("strace is needed to make system calls fail")
    first = 1 + (calls_before_main(call) if from_the_start else 0)
    error = ERRORS.get(call, "EPERM")
    quiet = ("strace", "-f", "-qq", "--seccomp-bpf", "-o", "/dev/null", *WITHOUT_LEAKS)
    return (
        *quiet,
        "-e",
        f"trace={call}",
        "-e",
        f"inject={call}:error={error}:when={first}+",
        *more,
    )


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
        with failing_in(making_launcher(server), call):
            answer = server.session().executions("6 * 7")
            health = requests.get(f"{server.admin}/health/ready", timeout=HTTP_SECONDS)
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (500, "SessionAllocationFailed"), call
        assert step in error["message"], call
        assert health.status_code == 503 and step in health.text, call
        assert value_in("synchronous", server.session(), "6 * 7") == 42
    works_fully(server)
    assert value_in("synchronous", session, "6 * 7") == 42, "the session that was there before"


def failing_in(process, call, *more):
    """Makes calls fail in the process and in children that it starts during the block."""
    return attached(failing(call, *more), [process])


def making_launcher(server):
    """Returns the launcher that makes sandboxes."""
    return launchers_of(server.pid)[1] if server.tier.letter == "A" else launcher_of(server.pid)


def test_a_session_that_cannot_join_its_control_groups_is_not_created(start_server):
    """From the second session on, processes cannot write to the file through which they join the
    group."""
    server = start_server("--no-zygote", "--ready-sessions", "0")
    directories = group_directories(server.pid)
    if not directories:
        pytest.skip("this tier has no cgroups here")
    session = works_fully(server)
    # Any of these files, in the group of any later sandbox.
    names = ("tasks", "cgroup.procs")
    files = [
        f"{directory}/{n}/{name}"
        for directory in directories
        for n in range(2, 9)
        for name in names
    ]
    watched = [word for file in files for word in ("-P", file)]
    with failing_in(making_launcher(server), "write", *watched):
        answer = server.session().executions("6 * 7")
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "SessionAllocationFailed")
    assert "join groups" in answer.json()["error"]["message"]
    works_fully(server)
    assert value_in("synchronous", session, "6 * 7") == 42
