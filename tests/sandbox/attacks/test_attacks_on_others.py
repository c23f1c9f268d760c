"""Cases 52 to 55: the network, sockets and shared memory of the host, and other sessions."""

import subprocess
import uuid

import pytest

from support.executions import KERNELS, value_in
from support.processes import process_named
from support.programs import run_inside, run_outside
from support.tiers import as_session_user
from support.waiting import wait_until

attack = pytest.mark.attack
NOT_REACHED = {
    *("ECONNREFUSED", "ENETUNREACH", "ENOENT", "EACCES", "EPERM", "EAFNOSUPPORT"),
    "EPROTONOSUPPORT",
}


def places(canaries, far=True):
    return {
        "tcp": canaries.tcp_port,
        "udp": canaries.udp_port,
        "abstract": canaries.secret,
        "path": canaries.path,
        "segment": canaries.segment_key,
        "far": far,
    }


@attack(52, 53)
@pytest.mark.parametrize("kernel", ["synchronous", "empty"])
def test_nothing_of_the_host_or_the_world_is_reached(session, canaries, kernel, tier):
    """The fixture `canaries` checks at the end that no session contacted the listeners."""
    reached = run_inside(session, "reach_out", kernel=KERNELS[kernel], **places(canaries))
    own = "allowed" if tier.letter == "A" else "EAFNOSUPPORT"  # tier B allows no sockets
    assert reached["host"].pop("own loopback") == own
    assert set(reached["host"].values()) <= NOT_REACHED, reached
    assert set(reached["out"].values()) <= NOT_REACHED, reached
    assert reached["segment"] in {"ENOENT", "EPERM"}


@attack(52, 53)
def test_outside_every_listener_is_reached(all_canaries):
    all_canaries.drain()
    reached = run_outside("reach_out", before=as_session_user(), **places(all_canaries, far=False))
    assert {*reached["host"].values(), reached["segment"]} == {"allowed"}
    listeners = {"tcp", "udp", "abstract", "path"}
    came = set()
    wait_until(lambda: came.update(all_canaries.drain()) or came == listeners, f"only {came} came")


@pytest.fixture
def marks():
    unique = uuid.uuid4()
    key = 0x20000000 | unique.int & 0xFFFFFF
    return {"mark": f"mark-{unique.hex[:9]}", "key": key, "port": 20000 + unique.int % 10000}


def leave(session, marks):
    """Returns what could be left, and the host's pid of the process that left it."""
    left = run_inside(session, "leave_marks", **marks)
    name = f"import ctypes; ctypes.CDLL(None).prctl(15, b'{marks['mark']}', 0, 0, 0)"
    value_in("synchronous", session, name)
    return left, process_named(marks["mark"])


# Objects that can be shared at all, by the letter of the tier.
LEFT = {
    "A": [
        *("/dev/shm", "/mnt/data", "/tmp", "abstract socket", "loopback port"),
        *("shared memory", "socket in /tmp"),
    ],
    "B": ["/mnt/data", "/tmp"],
}


@attack(54)
def test_two_sessions_share_nothing(session, server, canaries, marks):
    left, pid = leave(session, marks)
    assert {"/mnt/data", "/tmp"} <= set(left)
    other = server.session()
    assert run_inside(other, "find_marks", host_pid=pid, **marks) == []
    other.end()


@attack(54)
def test_two_kernels_of_one_session_share_all_but_processes_and_dev_shm(session, marks, tier):
    """The positive control: the same search where it must succeed. Each interpreter has its own
    /dev/shm, which ends with it."""
    left, pid = leave(session, marks)
    assert left == LEFT[tier.letter]
    found = run_inside(session, "find_marks", kernel=KERNELS["empty"], host_pid=pid, **marks)
    assert found == [what for what in left if what != "/dev/shm"]


@attack(54)
def test_a_lock_in_one_session_holds_up_no_other(session, other_session):
    """The lock is on a system file that all sessions see. A lock for reading leaves it readable for
    all; a lock for writing requires a descriptor that can write."""
    lock = (
        "import errno, fcntl, sys\n"
        "file = open(sys.executable, 'rb')\n"
        "def lock(how):\n"
        "    try: fcntl.lockf(file, how | fcntl.LOCK_NB)\n"
        "    except OSError as error: return errno.errorcode[error.errno]\n"
    )
    for each in (session, other_session):
        taken = value_in("synchronous", each, lock + "lock(fcntl.LOCK_SH), lock(fcntl.LOCK_EX)")
        assert taken == "(None, 'EBADF')"


@attack(54)
def test_a_posix_queue_cannot_be_made(session):
    code = (
        "import ctypes, errno\nlibc = ctypes.CDLL(None, use_errno=True)\n"
        "libc.mq_open(b'/canary', 0o102, 0o666, None), errno.errorcode[ctypes.get_errno()]"
    )
    assert value_in("synchronous", session, code) in ("(-1, 'EMFILE')", "(-1, 'EPERM')")


# The kernel's memory for these has no limit that all machines enforce.
MAKE_SYSTEM_V = (
    "import ctypes, errno\nlibc = ctypes.CDLL(None, use_errno=True)\n"
    "def answer(result): return 'made' if result >= 0 else errno.errorcode[ctypes.get_errno()]\n"
    "made = answer(libc.semget(0, 1, 0o1600)), answer(libc.msgget(0, 0o1600))\n"
)


@attack(54)
def test_system_v_semaphores_and_queues_cannot_be_made(session):
    assert value_in("synchronous", session, MAKE_SYSTEM_V + "made") == "('EPERM', 'EPERM')"


@attack(54)
def test_outside_system_v_semaphores_and_queues_can_be_made():
    separate = ["unshare", "--user", "--ipc", "/usr/bin/python3", "-I", "-c"]
    ended = subprocess.run(
        [*separate, MAKE_SYSTEM_V + "print(*made)"], capture_output=True, text=True, check=True
    )
    assert ended.stdout == "made made\n"


RANDOM = {
    "random": "__import__('random').random()",
    "numpy": "__import__('numpy').random.random()",
    "a generator of numpy": "__import__('numpy').random.default_rng().random()",
    "uuid4": "str(__import__('uuid').uuid4())",
    "secrets": "__import__('secrets').token_hex()",
    "a temporary name": "__import__('tempfile').mktemp()",
}


@attack(55)
@pytest.mark.parametrize("expression", RANDOM.values(), ids=RANDOM)
def test_nothing_random_is_the_same_in_two_sessions(server, expression):
    sessions = [server.session() for _ in range(3)]
    values = {value_in("synchronous", each, expression) for each in sessions}
    for each in sessions:
        each.end()
    assert len(values) == 3


@attack(55)
def test_seeded_randomness_is_the_same_in_two_sessions(server):
    """The positive control: a different seed gives different values."""
    sessions = [server.session() for _ in range(2)]
    seeded = "import numpy; numpy.random.seed(7); numpy.random.random()"
    assert len({value_in("synchronous", each, seeded) for each in sessions}) == 1
    for each in sessions:
        each.end()
