"""Files of sessions below the full tier: only the launcher, which counts them, limits them."""

import shutil
import tempfile

import pytest

from support.emulator import Emulator
from support.executions import value
from support.limits import SMALL, limits_of


@pytest.fixture(params=["restricted", "insecure"])
def counted(request):
    """A session whose files are on the host's disk, where the launcher counts them. It can have 27
    MiB and about 4200 names in all."""
    server = Emulator("--sandbox", request.param, *SMALL)
    session, other = server.session(), server.session()
    assert value(other, "kept = 'here'\nkept") == "'here'"
    yield server, session
    assert value(other, "kept") == "'here'"
    server.stop()


WAIT = "\nimport time; time.sleep(50)"
WRITE = "open('/mnt/data/{name}', 'wb').write(b'x' * ({megabytes} << 20))\n"


def assert_too_many_files(answer):
    assert answer.status_code == 200
    assert answer.json()["status"] == "Failed", answer.text
    assert answer.json()["result"]["stderr"].endswith("Kernel restarted")
    assert answer.headers["x-emulator-reason"].startswith("files: ")


def test_files_beyond_the_limit_end_the_kernel_and_can_be_deleted(counted):
    server, session = counted
    assert "files soft" in limits_of(server)
    assert value(session, WRITE.format(name="a", megabytes=15)) == 15 << 20
    assert_too_many_files(session.executions(WRITE.format(name="b", megabytes=15) + WAIT))
    server.await_log("was ended; files: the session exceeded its limit")
    assert len(session.list().json()["value"]) == 2
    assert value(session, "import os; os.unlink('/mnt/data/a')\n1 + 1") == 2
    assert value(session, WRITE.format(name="c", megabytes=7)) == 7 << 20


def test_a_session_over_its_limit_may_not_grow_but_continues(counted):
    _, session = counted
    for name in ("a", "b"):
        write = WRITE.format(name=name, megabytes=15)
        answer = session.executions(write + (WAIT if name == "b" else ""))
    assert_too_many_files(answer)
    wait = "import time; time.sleep(1)\n6 * 7"
    assert value(session, wait) == 42
    assert_too_many_files(session.executions(WRITE.format(name="c", megabytes=3) + WAIT))


def test_too_many_names_end_the_kernel(counted):
    _, session = counted
    names = "for number in range({}): open(f'/mnt/data/{{number}}', 'w').close()"
    assert session.executions(names.format(3000)).json()["status"] == "Succeeded"
    assert_too_many_files(session.executions(names.format(6000) + WAIT))


def test_an_upload_to_a_full_directory_is_refused_as_in_the_full_tier(counted):
    _, session = counted
    too_large = session.upload("large", bytes(9 << 20))
    assert (too_large.status_code, too_large.json()["error"]["code"]) == (
        507,
        "InsufficientStorage",
    )
    assert session.upload("fits", bytes(7 << 20)).status_code == 200
    assert session.upload("more", bytes(2 << 20)).status_code == 507
    assert [entry["name"] for entry in session.list().json()["value"]] == ["fits"]
    assert session.delete("fits").status_code == 204
    assert session.upload("more", bytes(2 << 20)).status_code == 200


RESERVED_BYTES = 8 << 30


def test_a_session_with_far_too_much_is_lost_with_its_files(emulator_factory):
    if shutil.disk_usage(tempfile.gettempdir()).free < 2 * RESERVED_BYTES:
        pytest.skip("other tests need the rest of the disk")
    server = emulator_factory("--sandbox", "restricted", "--data-quota-mb", "1024")
    session = server.session()
    reserve = (
        "import os\nfor number in range(4):\n"
        "    file = os.open(f'/mnt/data/{number}', os.O_WRONLY | os.O_CREAT)\n"
        "    os.posix_fallocate(file, 0, 1 << 31)\n    os.close(file)\n"
    )
    answer = session.executions(reserve + WAIT)
    if "No space left" in answer.text:
        pytest.skip("a file system has less space than its size promises")
    assert answer.status_code >= 500, answer.text
    assert "exceeds its limit by far" in answer.headers["x-emulator-reason"] + answer.text
    assert value(session, "import os; os.listdir('/mnt/data')") == "[]"
