"""Cases 70 to 75: a set-up that fails half-way, and surroundings that are not as they should be.

A server either serves with every layer of its tier, or says what is missing and how to mend it.
"""

import contextlib
import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import requests

from support import environments
from support.emulator import BINARY, run_to_end
from support.executions import value_in
from support.programs import run_inside
from support.sanitizers import WITHOUT_LEAKS
from support.tiers import folder_for_all
from support.waiting import wait_until

attack = pytest.mark.attack
NO_ENGINE = 4
HERE = Path(__file__).parent
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root makes such surroundings")


def works_fully(server):
    """A session that computes, has its files, and is confined as ever."""
    session = server.session()
    assert value_in("synchronous", session, "import pandas; 6 * 7") == 42
    assert session.upload("up", b"mine").status_code == 200
    assert value_in("synchronous", session, "open('/mnt/data/up').read()") == "'mine'"
    value_in("synchronous", session, "open('/mnt/data/down', 'w').write('theirs')")
    assert session.content("down").content == b"theirs"
    if server.tier.letter == "A":
        assert run_inside(session, "mounts") == {"faults": [], "some were seen": True}
    answers = run_inside(session, "loosen")
    assert (answers["status"]["Seccomp"], answers["status"]["NoNewPrivs"]) == ("2", "1")
    return session


# Faults


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
        "mkdir": "temporary folder",
        "prlimit64": "RLIMIT_NOFILE",
        "close_range": "close_range",
        "setsid": "keeper session",
        "dup3": "keeper descriptors",
        "capset": "keeper user capset",
        "chdir": "working directory",
        "seccomp": "seccomp",
    },
}
# Of a launcher that serves, for each session, and of nothing else that it does.
LATER = {
    "A": {"sethostname": "hostname"},
    "B": {
        "chown": "session folder",
        "setsid": "keeper session",
        "prctl": "keeper sub-reaper",
        "landlock_restrict_self": "landlock",
        "signalfd4": "keeper descriptors",
        "capset": "keeper user capset",
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
# The calls before it are those of the C library and of a sanitizer, as a program starts.
FIRST_OWN_CALL = {"prlimit64": 3}


def failing(call, *more, first=1):
    if not shutil.which("strace"):
        pytest.skip("strace is needed to make system calls fail")
    error = ERRORS.get(call, "EPERM")
    quiet = ("strace", "-f", "-qq", "--seccomp-bpf", "-o", "/dev/null", *WITHOUT_LEAKS)
    return (*quiet, "-e", f"trace={call}", "-e", f"inject={call}:error={error}:when={first}+", *more)


@attack(70)
@pytest.mark.parametrize("call, step", by_tier(STEPS))
def test_a_step_that_fails_at_the_start_is_named_and_nothing_is_served(tier, call, step):
    ended = run_as(tier, before=failing(call, first=FIRST_OWN_CALL.get(call, 1)))
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


@contextlib.contextmanager
def failing_in(process, call):
    """In it and in whatever it starts meanwhile."""
    strace = subprocess.Popen([*failing(call), "-p", str(process)])
    try:
        wait_until(lambda: "TracerPid:\t0" not in status_of(process), "no tracer")
        yield
    finally:
        strace.terminate()
        strace.wait()


def launcher_of(server):
    """In A it is the inner one of two."""
    (outer,) = children_of(server.pid)
    return children_of(outer)[0] if server.tier.letter == "A" else outer


def group_folders():
    """Those of other servers come and go meanwhile, which is why Path.rglob will not do."""
    return {
        Path(place, name)
        for place, folders, _ in os.walk("/sys/fs/cgroup")
        for name in folders
        if name.startswith("dynsessions-launcher-")
    }


def test_a_session_that_cannot_join_its_control_groups_is_not_created(tier, start_server):
    """What its processes write to join is refused, from its second session on."""
    before = group_folders()
    server = start_server("--no-zygote", "--ready-sessions", "0")
    folders = group_folders() - before
    if not folders:
        pytest.skip("this tier has no control groups here")
    session = works_fully(server)
    launcher = children_of(server.pid)[0]
    if tier.letter == "A":
        launcher = children_of(launcher)[0]
    # Whichever of the files there is, and of whichever sandbox comes next.
    names = ("tasks", "cgroup.procs")
    files = [f"{folder}/{n}/{name}" for folder in folders for n in range(2, 9) for name in names]
    watched = [word for file in files for word in ("-P", file)]
    strace = subprocess.Popen([*failing("write"), *watched, "-p", str(launcher)])
    try:
        wait_until(lambda: "TracerPid:\t0" not in status_of(launcher), "no tracer")
        answer = server.session().executions("6 * 7")
    finally:
        strace.terminate()
        strace.wait()
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "SessionAllocationFailed")
    assert "join groups" in answer.json()["error"]["message"]
    works_fully(server)
    assert value_in("synchronous", session, "6 * 7") == 42


def status_of(pid):
    return Path(f"/proc/{pid}/status").read_text()


def children_of(pid):
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


# Machines that forbid things

SURROUNDINGS = {
    "no clone3": environments.NO_CLONE3,
    "no pivot_root": environments.NO_PIVOT_ROOT,
    "Docker with SYS_ADMIN": environments.DOCKER_WITH_SYS_ADMIN,
}
WITHOUT_NAMESPACES = {
    "no namespaces": environments.NO_USER_NAMESPACES,
    "Docker": environments.DOCKER,
}


@attack(71)
@pytest.mark.parametrize("before", SURROUNDINGS.values(), ids=SURROUNDINGS)
def test_what_containers_hide_is_not_needed(start_server, before):
    works_fully(start_server("--ready-sessions", "0", before=before))


@attack(71)
@pytest.mark.only_in("B")
@pytest.mark.parametrize("before", WITHOUT_NAMESPACES.values(), ids=WITHOUT_NAMESPACES)
def test_a_restricted_session_needs_no_namespaces(start_server, before):
    works_fully(start_server("--ready-sessions", "0", before=before))


@attack(72)
@pytest.mark.only_in("A")
@pytest.mark.parametrize("before", WITHOUT_NAMESPACES.values(), ids=WITHOUT_NAMESPACES)
def test_full_is_refused_where_it_cannot_be_had(tier, before):
    ended = run_as(tier, before=before)
    assert (ended.returncode, ended.stdout) == (NO_ENGINE, "")
    assert "unshare" in ended.stderr and "Cure: " in ended.stderr


@attack(73)
@pytest.mark.only_in("B")
def test_restricted_is_refused_without_landlock(tier):
    ended = run_as(tier, before=environments.NO_LANDLOCK)
    assert (ended.returncode, ended.stdout) == (NO_ENGINE, "")
    assert "landlock" in ended.stderr and "Cure: " in ended.stderr


# Python, the agent and the system's folders


def run_as(tier, *arguments, before=(), **environment):
    """The program until it ends by itself, with options of a tier."""
    with folder_for_all() as state:
        return run_to_end(
            *("--port", "0", "--https-port", "off", "--admin-port", "0", *tier.arguments),
            *arguments,
            before=(*tier.before, *before),
            XDG_STATE_HOME=state,
            **environment,
        )


@attack(74)
def test_a_python_that_is_not_there_is_named(tier):
    ended = run_as(tier, "--python", "/no/such/python3")
    assert ended.returncode == NO_ENGINE
    assert "/no/such/python3" in ended.stderr


@attack(74)
def test_a_python_without_ipython_is_named(start_server):
    server = start_server("--python", "/usr/bin/python3")
    answer = server.session().executions("6 * 7")
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "SessionAllocationFailed")
    assert requests.get(f"{server.admin}/health/ready", timeout=10).status_code == 503


@pytest.fixture
def installation():
    """A copy of the programs that can be broken, for all users."""
    with folder_for_all() as folder:
        built = Path(BINARY).parent
        for name in ("dynsessions", "sandbox-launcher"):
            shutil.copy(built / name, folder)
        shutil.copytree(built / "interpreter", Path(folder) / "interpreter")
        yield Path(folder)


def run_installation(tier, installation):
    python = Path(BINARY).parents[1] / "python" / "bin" / "python3"
    with folder_for_all() as state:
        return subprocess.run(
            [*tier.before, str(installation / "dynsessions"), *tier.arguments]
            + ["doctor", "--python", str(python)],
            env={**os.environ, "XDG_STATE_HOME": state},
            capture_output=True,
            text=True,
            timeout=60,
        )


@attack(74)
@pytest.mark.parametrize("missing", ["interpreter/agent.py", "interpreter", "sandbox-launcher"])
def test_a_part_of_ours_that_is_missing_is_named(tier, installation, missing):
    whole = run_installation(tier, installation)
    assert whole.returncode == 0, whole.stdout + whole.stderr
    path = installation / missing
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
    broken = run_installation(tier, installation)
    assert broken.returncode == NO_ENGINE
    assert path.name in broken.stdout + broken.stderr


@attack(74)
def test_a_virtual_environment_behind_a_link_works(start_server, installation):
    """Its own python3 is a link as well, to the one of the system."""
    link = installation / "linked"
    link.symlink_to((Path(BINARY).parents[1] / "python").resolve())
    works_fully(start_server("--python", str(link / "bin" / "python3")))


@attack(74)
@needs_root
def test_usr_in_several_mounts_is_shown_whole_and_read_only(start_server):
    split = "mount --bind /usr/share /usr/share && mount -t tmpfs none /usr/local && "
    split += "touch /usr/local/canary && chmod 777 /usr/local && "
    server = start_server(around=("unshare", "--mount", "sh", "-c", split + 'exec "$@"', "--"))
    session = works_fully(server)
    code = (
        "import os\n"
        "try: open('/usr/local/new', 'w'); error = None\n"
        "except OSError as refused: error = refused.errno\n"
        "os.path.exists('/usr/local/canary'), error in (13, 30)"
    )
    assert value_in("synchronous", session, code) == "(True, True)"


@attack(74)
@needs_root
@pytest.mark.parametrize("layout", ["merged", "apart"])
def test_lib_may_be_a_link_or_a_folder(start_server, layout):
    """In a root of their own making: links into /usr, or folders beside it."""
    with folder_for_all() as root:
        make = ("unshare", "--mount", "sh", str(HERE / "other_root.sh"), root, layout)
        session = works_fully(start_server(around=make))
        kept = value_in("synchronous", session, "import os; os.path.islink('/lib')")
        assert kept == str(layout == "merged")


# What a parent leaves to its children


def shell(text):
    return ("sh", "-c", f'{text}; exec "$@"', "--")


def python(text):
    return ("/usr/bin/python3", "-c", f"import os, signal, sys; {text}; os.execv(sys.argv[1], sys.argv[1:])")


INHERITANCES = {
    "few descriptors": shell("ulimit -n 64"),
    "a umask that takes nothing": shell("umask 000"),
    "a umask that takes all": shell("umask 777"),
    "no stdin": shell("exec <&-"),
    "ignored SIGCHLD": shell("trap '' CHLD"),
    "ignored SIGTERM and SIGINT": python(
        "[signal.signal(n, signal.SIG_IGN) for n in (signal.SIGTERM, signal.SIGINT)]"
    ),
    "blocked signals": python("signal.pthread_sigmask(0, range(1, 32))"),
    "a small stack": shell("ulimit -s 512"),
    "no core, no locked memory": shell("ulimit -c 0; ulimit -l 0"),
    "a folder that is gone": shell("mkdir -p $TMPDIR/gone && cd $TMPDIR/gone && rmdir $TMPDIR/gone"),
    "no variables": ("env", "-i", "DYNSESSIONS_HTTPS_PORT=off", "DYNSESSIONS_STATE_DIR=/nowhere"),
}


@attack(75)
@pytest.mark.parametrize("before", INHERITANCES.values(), ids=INHERITANCES)
def test_what_a_parent_leaves_changes_nothing(start_server, before):
    works_fully(start_server("--ready-sessions", "0", before=before))


@attack(75, 50)
def test_a_descriptor_that_a_parent_left_open_reaches_no_session(start_server, canaries):
    leak = shell(f"exec 9<{shlex.quote(str(canaries.file))}")
    session = start_server(before=leak).session()
    kinds = {kind for _, kind in run_inside(session, "inherited")["descriptors"]}
    assert kinds <= {"pipe", "/dev/null", "anon_inode", "socket '' ''"}


@attack(75)
def test_a_clock_that_jumps_ends_sessions_when_their_time_has_come(catch2):
    """Of a server's own clock: the machine's is everybody's."""
    catch2("unit/sessions/sessions_test", "[cooldown]")
