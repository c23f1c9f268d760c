"""Uploads of many parts: a refused one leaves no files, or its answer names them."""

import pytest

from support.wire import assert_refused

BOUNDARY = "edge"
MOST_PARTS = 100


def part(name, content="x"):
    disposition = f'Content-Disposition: form-data; name="file"; filename="{name}"'
    return f"--{BOUNDARY}\r\n{disposition}\r\n\r\n{content}\r\n"


def send(session, *parts, end=f"--{BOUNDARY}--\r\n"):
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    return session.send("POST", "files", headers=headers, data="".join(parts) + end)


def names_in(session):
    code = "import os; print(*sorted(os.listdir('/mnt/data')), end='')"
    return session.executions(code).json()["result"]["stdout"].split()


def test_a_hundred_files_are_stored(session):
    names = [f"{number:03}" for number in range(MOST_PARTS)]
    assert send(session, *map(part, names)).status_code == 200
    assert names_in(session) == names


REFUSED = {
    "one part too many": ([part(f"{number}") for number in range(MOST_PARTS + 1)], ""),
    "no closing boundary": ([part("a"), part("b")], ""),
    "a name that leads out": ([part("a"), part("..")], f"--{BOUNDARY}--\r\n"),
    "a part without a disposition": (
        [part("a"), f"--{BOUNDARY}\r\n\r\nx\r\n"],
        f"--{BOUNDARY}--\r\n",
    ),
}


@pytest.mark.parametrize("why", REFUSED)
def test_a_body_that_is_refused_leaves_nothing(session, why):
    session.upload("before", b"kept")
    parts, end = REFUSED[why]
    assert_refused(send(session, *parts, end=end), 400, "SessionRequestValidationFailed")
    assert names_in(session) == ["before"]


def test_a_file_that_replaces_another_is_kept_back_with_a_refused_body(session):
    session.upload("a", b"old")
    assert send(session, part("a", "new"), end="").status_code == 400
    assert session.content("a").content == b"old"


def test_what_was_stored_before_a_directory_was_in_the_way_is_named(session):
    session.executions("import os; os.mkdir('/mnt/data/b')")
    refused = send(session, part("a"), part("b"), part("c"))
    assert refused.status_code == 400
    assert refused.headers["x-emulator-reason"].endswith("stored were: a")
    assert names_in(session) == ["a", "b"]


def test_files_of_one_body_count_against_the_quota_together(small_server):
    session = small_server.session()
    refused = send(session, *(part(name, "x" * 3_000_000) for name in "abc"))
    assert_refused(refused, 507, "InsufficientStorage")
    assert names_in(session) == []
    session.end()
