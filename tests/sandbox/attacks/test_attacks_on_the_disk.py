"""Cases 11 and 13 to 17: sessions that use much disk space or make very deep directories."""

import os
import time
import uuid
from pathlib import Path

import pytest

from support.executions import value
from support.programs import run_inside
from support.waiting import wait_until
from support.wire import assert_refused

attack = pytest.mark.attack
QUOTA_BYTES = 8 << 20  # quota of the server of these tests, see conftest.py
FULL = {400, 413, 507}


def memory(server):
    status = Path(f"/proc/{server.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) << 10


@attack(11)
def test_a_huge_sparse_file_is_refused_or_served_in_flat_memory(session, server):
    grown = value(
        session,
        "import os\nfile = open('/mnt/data/giant', 'wb')\n"
        "def grow(size):\n"
        "    try: return file.truncate(size)\n"
        "    except OSError as error: return error.strerror\n"
        f"grow({2 * QUOTA_BYTES}), grow(1 << 40)",
    )
    assert grown == f"({2 * QUOTA_BYTES}, 'File too large')"
    before = memory(server)
    assert session.content("giant").content == bytes(2 * QUOTA_BYTES)
    assert session.file("giant").json()["sizeInBytes"] == 2 * QUOTA_BYTES
    assert memory(server) - before < QUOTA_BYTES


# Levels made inside, and from outside: in B a call inside costs as much as it is deep, so the
# outside does what a patient session could do. There are more levels than paths have characters,
# and more than a process can have descriptors; B has fewer, because its files are on a disk and
# each costs the launcher a millisecond.
LEVELS = {"A": (20_000, 0), "B": (1000, 2000)}


def deepen(directory, levels):
    """Adds levels below the last existing one, owned by the owner of the first."""
    owner = os.stat(directory)
    at = os.open(directory, os.O_RDONLY)
    while levels:
        try:
            os.mkdir("d", dir_fd=at)
            levels -= 1
        except FileExistsError:
            pass
        below = os.open("d", os.O_RDONLY, dir_fd=at)
        os.fchown(below, owner.st_uid, owner.st_gid)
        os.close(at)
        at = below
    os.close(at)


@attack(13)
def test_a_tree_of_many_levels_is_listed_and_removed(session, server, tier):
    inside, outside = LEVELS[tier.letter]
    top = f"top-{uuid.uuid4()}"
    value(
        session,
        f"import os\nos.mkdir('/mnt/data/{top}'); os.chdir('/mnt/data/{top}')\n"
        f"for _ in range({inside}): os.mkdir('d'); os.chdir('d')\n"
        "open('bottom', 'w').close(); os.chdir('/')",
    )
    if tier.letter == "B":
        data = server.data_directory_with(top)
        deepen(data / top, outside)
    begin = time.monotonic()
    listed = session.list(recursive="true")
    assert len(listed.json()["value"]) == 128  # the greatest depth of a path in a request
    assert session.list().json()["value"][0]["type"] == "directory"
    assert session.send("DELETE", "session", "2025-02-02-preview").status_code < 300
    assert time.monotonic() - begin < 100  # far below the square of the number of levels
    if tier.letter == "B":
        wait_until(lambda: not data.parent.exists(), "the tree is still there", seconds=200)


@attack(14)
def test_an_unreadable_tree_is_removed_with_its_session(session, server):
    session.end()  # the session might have ended already
    before = server.temporary_files()
    value(
        session,
        "import os\nos.makedirs('/mnt/data/a/b/c')\n"
        "for path in ('a/b/c/f', 'a/f'): open('/mnt/data/' + path, 'w').close()\n"
        "for path in ('a/b/c', 'a/b', 'a'): os.chmod('/mnt/data/' + path, 0)",
    )
    assert session.list(recursive="true").status_code == 200
    assert_refused(session.content("a%2Ff"), {400, 403, 404})
    session.end()
    assert value(session, "import os; os.listdir('/mnt/data')") == "[]"
    session.end()
    assert server.temporary_files() == before


@attack(15, 16)
@pytest.mark.only_in("A")
def test_a_full_disk_is_full_for_its_session_only(session, other_session):
    session.upload("before", b"x")
    filled = run_inside(session, "fill_data")
    assert filled["bytes"]["error"] == filled["inodes"]["error"] == "ENOSPC"
    assert QUOTA_BYTES // 2 < filled["bytes"]["bytes"] <= QUOTA_BYTES
    assert filled["inodes"]["files"] < 70_000
    assert_refused(session.upload("more", b"x"), FULL)
    assert session.list().status_code < 500
    assert session.content("before").content == b"x"
    assert session.delete("before").status_code == 204
    assert session.upload("more", b"x").status_code == 200
    assert other_session.upload("theirs", bytes(QUOTA_BYTES // 2)).status_code == 200


# Ways to exceed the disk quota of a session, as (little, much, program). No file here gets as long
# as the limit of one file, 256 MiB: EFBIG would end the program before its files were counted.
FILLERS = {
    "one file": (4, 200, "fill('large', MANY)"),
    "many files": (100, 50_000, "for n in range(MANY): open(f'{n}', 'w').close()"),
    "deep directories": (
        *(100, 6000),
        "d = os.open('.', os.O_RDONLY)\n"
        "for n in range(MANY):\n"
        "    os.mkdir('d', dir_fd=d)\n"
        "    above, d = d, os.open('d', os.O_RDONLY, dir_fd=d)\n"
        "    os.close(above)",
    ),
    "files without a name": (2, 50, "for n in range(MANY): fill('n', 16); os.unlink('n')"),
    "a directory that its owner has closed": (
        *(2, 50),
        "os.mkdir('d'); d = os.open('d', os.O_RDONLY); os.chdir('d')\n"
        "for n in range(MANY): fill(f'{n}', 0)\n"
        "os.fchmod(d, 0)\n"
        "for file in kept: write(file, 16)",
    ),
}


FILL = """
import os, time
kept = []
def write(file, mebibytes):
    for _ in range(mebibytes):
        file.write(b'x' * (1 << 20))
    file.flush()
def fill(name, mebibytes):
    kept.append(open(name, 'wb'))
    write(kept[-1], mebibytes)
os.chdir('/mnt/data')
PROGRAM
time.sleep(SECONDS)
"""


@attack(15, 16)
@pytest.mark.only_in("B")
@pytest.mark.parametrize("little, much, program", FILLERS.values(), ids=FILLERS.keys())
def test_whoever_takes_more_of_the_disk_than_it_may_is_ended(start_server, little, much, program):
    """The launcher counts files where the kernel cannot answer ENOSPC; the same program passes if
    it takes little."""
    server = start_server(*("--data-quota-mb", "8", "--tmp-quota-mb", "128", "--max-files", "1000"))
    before = server.temporary_files()
    session = server.session()

    def run(many, seconds):
        code = FILL.replace("PROGRAM", program.replace("MANY", str(many)))
        return session.executions(code.replace("SECONDS", str(seconds)), timeoutInSeconds=200)

    assert run(little, 1).json()["status"] == "Succeeded"
    session.end()
    ended = run(much, 190)
    assert ended.json()["result"]["stderr"].endswith("Kernel restarted")
    assert ended.headers["x-emulator-reason"].startswith("files: ")
    assert value(session, "6 * 7") == 42
    session.end()
    assert value(server.session(), "6 * 7") == 42
    assert len(server.temporary_files()) == len(before)


@attack(17)
def test_an_upload_over_the_quota_is_refused_and_leaves_nothing(session):
    assert_refused(session.upload("large", bytes(QUOTA_BYTES + 1)), FULL)
    assert session.list().json() == {"value": []}
    assert session.upload("fits", bytes(QUOTA_BYTES // 2)).status_code == 200
