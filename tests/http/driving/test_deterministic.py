"""Two runs with one seed give the same bytes."""

import re

from support.driving import Admin, DrivenPool
from support.emulator import Emulator

PROGRAM = "hash('a text'), list({'b', 'a', 'c', 'd'})"


def conversation(server):
    """Sends some requests and returns their answers, without the ports of the server."""
    session = server.session("user-1")
    other = DrivenPool(server, "another").session("user-2")
    answers = [
        session.executions(PROGRAM),
        session.executions("open('/mnt/data/z', 'w').close(); open('/mnt/data/a', 'w').close()"),
        session.upload("m.txt", b"m"),
        session.list(),
        session.file("m.txt"),
        other.executions("1/0"),
        session.code_execute("print(1)"),
        session.python_execute("1 + 1"),
        session.executions("2", executionType="Asynchronous"),
        session.send("GET", "files", headers={"Authorization": ""}),
        session.send("GET", "no/such/path"),
    ]
    Admin(server).advance(60)
    answers += [session.list(), session.send("GET", "session")]
    answers.append(Admin(server).send("GET", "/sessions"))
    shown = []
    for answer in answers:
        head = "".join(f"{name}: {value}\n" for name, value in answer.headers.items())
        text = f"{answer.status_code}\n{head}\n{answer.text}"
        shown.append(re.sub(r"(127\.0\.0\.1|localhost):\d+", "HOST", text))
    return shown


def test_two_servers_with_one_seed_answer_with_the_same_bytes(start_server):
    first = conversation(start_server("--deterministic", "7"))
    second = conversation(start_server("--deterministic", "7"))
    assert first == second
    third = conversation(start_server("--deterministic", "8"))
    assert third != first


def test_clocks_stand_at_the_beginning_of_2026_until_they_are_moved(start_server):
    server = start_server("--deterministic", "7")
    pool = DrivenPool(server)
    assert Admin(server).ask("GET", "/clock") == {
        "mode": "frozen",
        "now": "2026-01-01T00:00:00Z",
        "rate": 1.0,
    }
    session = pool.session()
    session.upload("a.txt", b"a")
    [file] = session.list().json()["value"]
    assert file["lastModifiedAt"] == "2026-01-01T00:00:00Z"
    assert session.list().headers["date"] == "Thu, 01 Jan 2026 00:00:00 GMT"
    assert [one["what"] for one in pool.advance(300)["fired"]] == ["session-expired"]
    pool.ask("POST", "/reset")
    assert pool.ask("GET", "/clock")["now"] == "2026-01-01T00:00:00Z"


def test_ids_do_not_depend_on_what_happens_side_by_side(start_server):
    def guid(server, *before):
        for name in before:
            DrivenPool(server, name).session("x").list()
        return (
            DrivenPool(server, "mine")
            .session("user-1")
            .executions("1")
            .headers["x-ms-session-guid"]
        )

    alone = guid(start_server("--deterministic", "7", "--engine", "python"))
    among_others = guid(start_server("--deterministic", "7"), "one", "two")
    assert alone == among_others


def test_a_listing_is_in_the_order_of_names(start_server):
    session = start_server("--deterministic", "7").session()
    for name in ("c", "a", "b"):
        session.upload(name, b"")
    assert [file["name"] for file in session.list().json()["value"]] == ["a", "b", "c"]


def test_forked_interpreters_have_the_seed_of_hash_too():
    texts = []
    for _ in range(2):
        running = Emulator("--deterministic", "7", as_documented=False)
        texts.append(running.session().executions(PROGRAM).json()["result"]["executionResult"])
        running.stop()
    assert texts[0] == texts[1]
