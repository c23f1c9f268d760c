"""Cases 1 to 10, 12 and 18: files in a session's data directory that attack the server that serves
them."""

import json
import os
import threading
import time
from urllib.parse import quote

import pytest
import requests

from support.emulator import HTTP_SECONDS
from support.exact_http import Exact
from support.executions import run_in, value
from support.programs import run_inside, run_outside
from support.tiers import as_session_user
from support.waiting import wait_until
from support.wire import assert_refused

attack = pytest.mark.attack
REFUSED = {400, 404}


def start_in_background(session, function):
    """Starts a thread in the session that calls `step()` until end_background()."""
    value(
        session,
        f"""
import os, threading
ended, failed = False, None
{function}
def _work():
    global failed
    try:
        while not ended: step()
    except BaseException as error:
        failed = repr(error)
thread = threading.Thread(target=_work, daemon=True)
thread.start()
""",
    )


def end_background(session):
    """Ends the thread, which must have worked until now: its end would leave nothing to test."""
    assert value(session, "ended = True; thread.join(60)\n(thread.is_alive(), failed)") == (
        "(False, None)"
    )


# Links that lead to the canary if the server resolves them, and the names to request.
LINKS = [
    pytest.param("os.symlink({file!r}, 'x')", ["x"], marks=attack(1), id="absolute link"),
    pytest.param(
        "os.symlink('../' * 20 + {file!r}[1:], 'x')", ["x"], marks=attack(1), id="relative link"
    ),
    pytest.param(
        "os.symlink('/', 'd')", ["d{path}", "d%2Fetc%2Fpasswd"], marks=attack(2), id="link to /"
    ),
    pytest.param(
        "os.symlink('/proc/self/root{file}', 'm'); os.symlink('/proc/self/cwd', 'c');"
        "os.symlink('/proc/self/fd/0', 'f'); os.symlink('/proc/1/root', 'r')",
        ["m", "c", "f", "r{path}"],
        marks=attack(5),
        id="magic links",
    ),
    pytest.param("os.mkfifo('p')", ["p"], marks=attack(8), id="pipe"),
    pytest.param(
        "os.mkdir('d')",
        ["d"],
        marks=attack(9),
        id="directory",
    ),
]


@pytest.mark.parametrize("program, names", LINKS)
def test_what_is_no_file_is_refused_at_once(session, canaries, program, names):
    """A control: the same calls serve a plain file, and the names exist inside."""
    program = program.format(file=str(canaries.file))
    value(session, f"import os; os.chdir('/mnt/data'); open('plain', 'w').write('mine'); {program}")
    assert session.content("plain").content == b"mine"
    assert len(value(session, "os.listdir('/mnt/data')")) > len("['plain']")
    begin = time.monotonic()
    for name in names:
        name = name.format(path=quote(str(canaries.file), safe=""))
        for answer in (session.content(name), session.file(name)):
            assert answer.status_code in REFUSED or "d" == name and answer.status_code == 200
            assert canaries.secret not in answer.text and "root:" not in answer.text
    assert_refused(session.content(names[0]), REFUSED)
    assert time.monotonic() - begin < 60  # opening a pipe without a writer would not end


@attack(9)
def test_a_socket_is_refused_and_a_device_cannot_be_made(session, tier):
    if tier.letter == "A":  # tier B allows no sockets
        value(session, "import socket; s = socket.socket(socket.AF_UNIX); s.bind('/mnt/data/s')")
    assert_refused(session.content("s"), REFUSED)
    made = run_inside(session, "make_device", directory="/mnt/data")
    assert made.pop("pipe") == "allowed"
    assert set(made.values()) <= {"EPERM", "EACCES"}
    assert set(run_outside("make_device", directory="/tmp").values()) == {"allowed"}


@attack(3)
def test_an_upload_replaces_a_link_and_never_what_it_points_to(session, canaries):
    target = str(canaries.file)
    value(session, f"import os; os.chdir('/mnt/data'); os.symlink({target!r}, 'out')")
    value(session, f"os.symlink({os.path.dirname(target)!r}, 'directory')")
    assert session.upload("out", b"mine").status_code == 200
    assert value(session, "os.path.islink('out'), open('out').read()") == "(False, 'mine')"
    assert_refused(session.upload("new", b"mine", path="directory"), REFUSED)


@attack(4)
def test_a_reader_who_races_a_rename_gets_the_file_or_nothing(session, canaries):
    start_in_background(
        session,
        f"""
import ctypes
os.chdir('/mnt/data')
open('plain', 'w').write('mine')
os.symlink({str(canaries.file)!r}, 'link')
os.mkdir('directory'); open('directory/secret', 'w').write('mine')
os.symlink({str(canaries.file.parent)!r}, 'out')
rename = ctypes.CDLL(None).renameat2
def step():
    rename(-100, b'plain', -100, b'link', 2)
    rename(-100, b'directory', -100, b'out', 2)
""",
    )
    contents = set()
    statuses = set()
    begin = time.monotonic()
    # On a busy machine the session might not run between two looks.
    while (passed := time.monotonic() - begin) < 2 or (len(contents) == 1 and passed < 60):
        for name in ("plain", "directory%2Fsecret"):
            answer = session.content(name)
            statuses.add(answer.status_code)
            contents.add(answer.content if answer.status_code == 200 else None)
    end_background(session)
    assert contents == {b"mine", None}, "the race was not lost and won, or was lost for real"
    assert statuses <= {200, *REFUSED}


BAD_NAMES = [
    *("..%2Fsecret", "%2e%2e%2Fsecret", "..%2F..%2F..%2F..%2Fetc%2Fpasswd", "a%2F..%2F..%2Fb"),
    *("..%5Csecret%00", "%2e%2e", "%2e", "%00", "secret%00.txt", "..", "../secret", "."),
    "%2e%2e%5C%2e%2e%00",
]


@attack(6)
@pytest.mark.parametrize("name", BAD_NAMES)
def test_no_name_leads_out_of_the_directory(session, canaries, name):
    session.upload("plain", b"mine")
    exact = Exact(session)
    for method, path in (
        ("GET", f"files/{name}/content"),
        ("GET", f"files/{name}"),
        ("DELETE", f"files/{name}"),
    ):
        answer = exact.send(method, path)
        assert answer.status_code in {400, 404, 405}, (method, path, answer.status_code)
        assert b"root:" not in answer.content
    assert exact.send("GET", "files/plain/content").content == b"mine"
    absolute = quote(str(canaries.file), safe="")
    assert exact.send("GET", f"files/{absolute}/content").status_code in REFUSED


@attack(6)
def test_an_upload_under_a_name_that_leads_out_stays_inside(session, canaries):
    for filename in ("../secret", str(canaries.file), "..", ".", "", "a/../../secret"):
        assert session.upload(filename, b"attack").status_code in {200, 400}
    for path in ("..", "../..", str(canaries.file.parent) + "/..", "a/../.."):
        assert_refused(session.upload("x", b"attack", path=path), 400)
    inside = json.loads(
        value(session, "import json, os; json.dumps(os.listdir('/mnt/data'))")[1:-1]
    )
    assert set(inside) <= {"secret"}


SERVED_NAMES = ["n" * 255, "\u202etxt.exe", "-rf", " ", "a%2Fb", '"', "\\", "é", "💥"]
CONTROL_NAMES = ["a\nb", "\x1b[31m", "\x7f"]


@attack(7)
def test_files_with_odd_names_are_listed_and_served(session):
    names = [*SERVED_NAMES, *CONTROL_NAMES]
    value(
        session,
        f"for name in {names!r}: open('/mnt/data/' + name, 'w').write(name)\n"
        "open(b'/mnt/data/\\xff\\xfe', 'w').write('odd')",
    )
    listed = [entry["name"] for entry in session.list().json()["value"]]
    assert sorted(listed) == sorted(names)
    for name in names:
        assert session.content(quote(name, safe="")).content == name.encode(), name
    assert_refused(session.content("%ff%fe"), 400)


@attack(10)
def test_a_file_of_the_host_cannot_be_linked_into_the_data_directory(session, canaries):
    made = run_inside(session, "make_links", directory="/mnt/data", canary=str(canaries.file))
    assert made.pop("own file") == "allowed"
    assert set(made.values()) <= {"ENOENT", "EXDEV", "EPERM", "EACCES"}
    assert session.content("own-link").content == b"mine"
    assert_refused(session.content("canary-link"), REFUSED)
    linked = run_outside(
        "make_links",
        before=as_session_user(),
        directory=str(canaries.file.parent),
        canary=str(canaries.file),
    )
    (canaries.file.parent / "canary-link").unlink()
    (canaries.file.parent / "own-link").unlink()
    (canaries.file.parent / "own").unlink()
    assert linked["canary"] == "allowed"


@attack(12)
@pytest.mark.parametrize("sizes", [(4, 7), (7, 0)], ids=["grows", "shrinks"])
def test_a_file_that_changes_while_it_is_served_is_whole_or_cut_off(session, server, sizes):
    """4 MiB are sent in many pieces."""
    start_in_background(
        session,
        "file = os.open('/mnt/data/changing', os.O_RDWR | os.O_CREAT)\n"
        "def step():\n" + "".join(f"    os.ftruncate(file, {size << 20})\n" for size in sizes),
    )
    outcomes = set()
    for _ in range(60):
        try:
            answer = session.content("changing")
            length = int(answer.headers["content-length"])
            assert (answer.status_code, len(answer.content)) == (200, length)
            outcomes.add("whole")
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
            outcomes.add("cut off")
    end_background(session)
    assert "whole" in outcomes
    assert server.is_running()


@attack(18)
def test_a_directory_that_changes_a_thousand_times_a_second_is_listed(session):
    start_in_background(
        session,
        # The test deletes 50 as well.
        "import contextlib\n"
        "def step():\n"
        "    for n in range(100): open(f'/mnt/data/{n}', 'w').close()\n"
        "    for n in range(100):\n"
        "        with contextlib.suppress(FileNotFoundError): os.unlink(f'/mnt/data/{n}')\n",
    )
    lengths, looks = set(), 0
    # On a busy machine the session might not run between two looks.
    while looks < 100 or (len(lengths) == 1 and looks < 2000):
        looks += 1
        listed = session.list(recursive="true")
        assert listed.status_code == 200
        lengths.add(len(listed.json()["value"]))
        assert session.delete("50").status_code in {204, 404}
        assert session.content("20").status_code in {200, *REFUSED}
    end_background(session)
    assert len(lengths) > 1, "nothing changed during the reads"


@attack(18)
def test_a_session_that_is_deleted_while_it_runs_answers_in_its_words(session):
    answers = []
    code = "open('/mnt/data/running', 'w').close()\nimport time; time.sleep(60)"
    thread = threading.Thread(target=lambda: answers.append(session.executions(code)))
    thread.start()
    wait_until(lambda: session.file("running").status_code == 200, "it never began")
    session.end()
    thread.join(HTTP_SECONDS)
    assert_refused(answers[0], REFUSED)
    assert run_in("synchronous", session, "6 * 7")["result"]["executionResult"] == 42
