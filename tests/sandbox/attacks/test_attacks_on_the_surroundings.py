"""Cases 71 to 75: surroundings that are not as they should be.

A server either serves with every layer of its tier, or reports what is missing and the cure.
"""

import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from support import environments
from support.emulator import BINARY
from support.executions import value_in
from support.programs import run_inside
from support.tiers import directory_for_all, run_as, works_fully

attack = pytest.mark.attack
NO_ENGINE = 4
HERE = Path(__file__).parent
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can make such surroundings")

# Machines that forbid system calls

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
@needs_root
def test_a_root_server_without_rights_over_other_users_serves(start_server):
    """The server runs as in a container with `--user root --cap-add SYS_ADMIN`."""
    around = ("setpriv", "--bounding-set", "-sys_ptrace", "--inh-caps", "-sys_ptrace", "--")
    works_fully(start_server("--ready-sessions", "0", around=around))


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


# Python, the agent and the system's directories


@attack(74)
def test_a_python_that_is_not_there_is_named(tier):
    ended = run_as(tier, "--python", "/no/such/python3")
    assert ended.returncode == NO_ENGINE
    assert "/no/such/python3" in ended.stderr


@attack(74)
def test_a_python_without_ipython_is_named(tier):
    ended = run_as(tier, "--python", "/usr/bin/python3")
    assert (ended.returncode, ended.stdout) == (NO_ENGINE, "")
    assert "/usr/bin/python3 cannot import IPython" in ended.stderr


@pytest.fixture
def installation():
    """Makes a copy of the programs that can be damaged, readable for all users."""
    with directory_for_all() as directory:
        built = Path(BINARY).parent
        for name in ("dynsessions", "sandbox-launcher"):
            shutil.copy(built / name, directory)
        shutil.copytree(built / "interpreter", Path(directory) / "interpreter")
        yield Path(directory)


def run_installation(tier, installation):
    python = Path(BINARY).parents[1] / "python" / "bin" / "python3"
    with directory_for_all() as state:
        return subprocess.run(
            [*tier.before, str(installation / "dynsessions"), *tier.arguments]
            + ["doctor", "--python", str(python)],
            env={**os.environ, "XDG_STATE_HOME": state},
            capture_output=True,
            text=True,
            timeout=200,
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
    """Its python3 is a link as well, to the one of the system."""
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
def test_lib_may_be_a_link_or_a_directory(start_server, layout):
    """The root is made by the test: it has links into /usr, or directories next to it."""
    with directory_for_all() as root:
        make = ("unshare", "--mount", "sh", str(HERE / "other_root.sh"), root, layout)
        session = works_fully(start_server(around=make))
        kept = value_in("synchronous", session, "import os; os.path.islink('/lib')")
        assert kept == str(layout == "merged")


# State that children inherit from a parent


def shell(text):
    return ("sh", "-c", f'{text}; exec "$@"', "--")


def python(text):
    return (
        "/usr/bin/python3",
        "-c",
        f"import os, signal, sys; {text}; os.execv(sys.argv[1], sys.argv[1:])",
    )


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
    "a directory that is gone": shell(
        "mkdir -p $TMPDIR/gone && cd $TMPDIR/gone && rmdir $TMPDIR/gone"
    ),
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
    """Only the server's clock jumps: the machine's clock is shared by all programs."""
    catch2("unit/pools/pools_test", "[cooldown]")
