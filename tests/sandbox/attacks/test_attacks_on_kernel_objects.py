"""Cases 76 to 81: objects that the kernel limits for each user.

A session takes as many as it can. Afterwards it can have no more, which is the positive control;
the other session, the server's user outside and a new session have as many as before.
"""

import os
import re
import struct
from fcntl import ioctl
from pathlib import Path

import pytest

from support.executions import value_in
from support.processes import process_named
from support.programs import run_inside, run_outside

attack = pytest.mark.attack
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can look into namespaces")
NS_GET_OWNER_UID = 0xB704
FIRST_SESSION_USER, SESSION_USERS = 50_000, 9_000

# The most that a session can have and the error that follows. Where `inotify` is refused
# altogether, in the restricted tier, it has none.
MOST = {
    "inotify instances": (16, "EMFILE"),
    "descriptors in flight": (6, "ETOOMANYREFS"),  # messages with 250 descriptors
    "queued signals": (1024, "EAGAIN"),
    "timers": (1024, "EAGAIN"),
    "pipe pages": (80, "EPERM"),  # pipes of 256 pages
    "keys": (0, "EPERM"),
}
CASES = [
    pytest.param(kind, marks=attack(76 + number), id=kind.replace(" ", "-"))
    for number, kind in enumerate(MOST)
]
# Sessions of an ordinary user share that user. The kernel counts these objects for all of them
# together; other objects are counted for each session, in its user namespace. SECURITY.md and
# doctor state this.
SHARED = {
    "full, user": {"descriptors in flight", "pipe pages"},
    "restricted, user": {"descriptors in flight", "pipe pages", "queued signals", "timers"},
}


alone = pytest.mark.alone("all tests of a user share the user's limits")


def take_all(session, kind):
    return run_inside(session, "kernel_objects", kind=kind, all=True)


def take_one(session, kind):
    return run_inside(session, "kernel_objects", kind=kind, all=False)


@alone
@pytest.mark.parametrize("kind", CASES)
def test_what_one_session_takes_no_other_lacks(session, other_session, server, tier, kind):
    most, error = MOST[kind]
    if kind == "inotify instances" and tier.letter == "B":
        most, error = 0, "EPERM"
    before = take_one(other_session, kind)
    taken = take_all(session, kind)
    assert taken["error"] == error and taken["had"] <= most, taken
    assert taken["had"] > 0 or most == 0, "the act has no effect, so this shows nothing"
    assert take_one(session, kind) == error
    new = server.session()
    assert value_in("synchronous", new, "6 * 7") == 42
    if kind not in SHARED.get(str(tier), ()):
        assert [take_one(each, kind) for each in (other_session, new)] == [before, before]
        assert run_outside("kernel_objects", before=tier.before, kind=kind, all=False) == "allowed"
    new.end()


@alone
@pytest.mark.parametrize("kind", CASES)
def test_outside_a_user_has_more_of_it_than_a_session(kind):
    """The positive control: the user who runs the tests does not have these limits."""
    most, _ = MOST[kind]
    taken = run_outside("kernel_objects", kind=kind, all=True)
    assert taken["had"] > most, taken


@attack(77)
@alone
def test_descriptors_in_flight_keep_no_session_from_starting_where_few_are_allowed(start_server):
    """A session that could use up the launcher's limit would leave an ordinary user's launcher
    unable to send descriptors."""
    few = ("sh", "-c", 'ulimit -n 1024; exec "$@"', "--")
    server = start_server("--ready-sessions", "0", before=few)
    session = server.session()
    taken = take_all(session, "descriptors in flight")
    assert taken["error"] == "ETOOMANYREFS" and taken["had"] > 0, taken
    for _ in range(3):
        new = server.session()
        assert value_in("synchronous", new, "6 * 7") == 42
        new.end()


@attack(76)
@alone
@pytest.mark.only_in("A")
def test_many_sessions_leave_instances_to_the_server_s_user(server, tier):
    """The sessions of an ordinary user together cannot use up all that the user can have."""
    sessions = [server.session() for _ in range(9)]
    taken = [take_all(each, "inotify instances")["had"] for each in sessions]
    most = int(Path("/proc/sys/user/max_inotify_instances").read_text())
    assert sum(taken) == 9 * 16 if not tier.before else most // 2 < sum(taken) <= most - most // 4
    left = run_outside("kernel_objects", before=tier.before, kind="inotify instances", all=False)
    assert left == "allowed"
    for each in sessions:
        each.end()


def user_of(session, name):
    """Returns the host ids of the session's interpreter and of the owner of its user namespace."""
    naming = f"import ctypes; ctypes.CDLL(None).prctl(15, b'{name}', 0, 0, 0)"
    value_in("synchronous", session, naming)
    process = Path(f"/proc/{process_named(name)}")
    uids, gids = (
        set(re.search(rf"{kind}:(.*)", (process / "status").read_text())[1].split())
        for kind in ("Uid", "Gid")
    )
    assert uids == gids and len(uids) == 1
    with open(process / "ns/user") as namespace:
        owner = struct.unpack("I", ioctl(namespace, NS_GET_OWNER_UID, bytes(4)))[0]
    return int(uids.pop()), owner


@attack(76, 77, 78, 79, 80, 81)
@needs_root
def test_each_session_of_a_root_server_has_its_own_user(session, other_session, tier):
    users = [
        user_of(each, f"user-{os.getpid()}-{n}") for n, each in enumerate((session, other_session))
    ]
    if tier.before:  # the server runs as an ordinary user
        assert len(set(users)) == 1
        return
    for uid, owner in users:
        assert FIRST_SESSION_USER <= uid < FIRST_SESSION_USER + SESSION_USERS
        assert owner == (uid if tier.letter == "A" else 0)
    assert users[0] != users[1]
