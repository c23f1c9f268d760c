"""Results that the service does not show: every figure, rich results, cut output, live output."""

import base64
import concurrent.futures
import json

from support.driving import DrivenPool
from support.emulator import run_to_end
from support.waiting import wait_until

FIGURES = "import matplotlib.pyplot as plt\nfor n in range(2):\n    plt.plot([n]); plt.show()"


def test_the_journal_has_every_figure(pool):
    answer = pool.session().executions(FIGURES)
    shown = answer.json()["result"]["executionResult"]["base64_data"]
    [entry] = pool.journal()
    images = [display["data"]["image/png"].strip() for display in entry["displays"]]
    assert len(images) == 2 and images[1] == shown and images[0] != shown
    assert base64.b64decode(images[0]).startswith(b"\x89PNG")
    assert entry["displaysOmitted"] == 0


def test_the_journal_has_the_html_of_a_table(pool):
    pool.session().executions("import pandas\npandas.DataFrame({'n': [1]})")
    [entry] = pool.journal()
    [display] = entry["displays"]
    assert display["source"] == "result" and "<table" in display["data"]["text/html"]


def test_a_plain_answer_has_no_displays(pool):
    pool.session().executions("6 * 7")
    assert "displays" not in pool.journal()[0]


def test_an_asynchronous_program_shows_them_when_it_is_asked_for(pool):
    session = pool.session()
    session.executions(FIGURES, executionType="Asynchronous", headers={"operation-id": "one"})
    wait_until(lambda: session.execution("one").json()["status"] != "Running", "it still runs")
    assert len(pool.journal()[-1]["displays"]) == 2


def test_without_bodies_there_are_no_displays(start_server):
    pool = DrivenPool(start_server("--journal-bodies", "off"))
    pool.session().executions("from IPython.display import HTML\nHTML('<b>secret</b>')")
    text = json.dumps(pool.journal())
    assert "secret" not in text and "displays" not in text


def test_cut_output_is_reported(pool):
    session = pool.session()
    session.executions("print('x' * 999)", outputStreamsMaxLength=1000)
    session.executions("print('é' * 1000, end='')", outputStreamsMaxLength=1000)
    session.executions("print('x' * 2000)", outputStreamsMaxLength=1000)
    session.executions("print('x' * 99999)", outputStreamsMaxLength=1000)
    more = "import sys\nprint('é' * 80000, file=sys.stderr)"
    session.executions(more, outputStreamsMaxLength=79000)
    told = [(entry["stdoutBytes"], entry["stderrBytes"], entry["cut"]) for entry in pool.journal()]
    assert told == [
        (1000, 0, []),
        (2000, 0, []),
        (2001, 0, ["stdout"]),
        (100_000, 0, ["stdout"]),
        (0, 160_001, ["stderr"]),
    ]


def follow(pool, **query):
    """Events with their data, from now on."""
    following = pool.send("GET", "/events", params=query, stream=True, timeout=60)
    assert following.headers["content-type"] == "text/event-stream"
    following.encoding = "utf-8"  # event streams are UTF-8
    lines = following.iter_lines(decode_unicode=True)
    assert next(lines) == ": events"

    def events():
        name = None
        for line in lines:
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                yield name, json.loads(line.removeprefix("data: "))

    return following, events()


WAITING = """
import pathlib, time
print('begun é')
while not pathlib.Path('/mnt/data/go').exists(): time.sleep(0.02)
"""


def read_line(events):
    """Reads events up to a whole line of output, which can arrive in pieces. Returns their names, the
    line and its last event."""
    names, line = [], ""
    for name, data in events:
        names.append(name)
        line += data["text"] if name == "output" else ""
        if line.endswith("\n"):
            return names, line, data


def first(events, name):
    return next(data for found, data in events if found == name)


def test_output_is_there_while_the_program_still_runs(pool):
    following, events = follow(pool)
    session = pool.session("user-1")
    with concurrent.futures.ThreadPoolExecutor() as threads:
        answer = threads.submit(session.executions, WAITING)
        names, line, data = read_line(events)
        assert names[:3] == ["session-allocated", "execution-started", "output"]
        assert not answer.done()
        assert line == "begun é\n"
        assert (data["stream"], data["kernel"]) == ("stdout", "synchronous")
        assert (data["identifier"], data["pool"]) == ("user-1", pool.name)
        session.upload("go", b"")
        assert answer.result().json()["result"]["stdout"] == "begun é\n"
    ended = first(events, "execution-ended")
    assert (ended["outcome"], ended["stdoutBytes"], ended["cut"]) == ("succeeded", 9, [])
    assert first(events, "request")["operation"] in ("execute", "upload_file")
    pool.ask("POST", "/reset")
    assert first(events, "session-ended")["reason"] == "evicted"
    following.close()


def test_events_of_one_session_are_of_that_session(pool):
    pool.session("first").executions("1")
    pool.session("second").executions("1")
    sessions = pool.ask("GET", "/sessions")["value"]
    [guid] = [each["session"] for each in sessions if each["identifier"] == "first"]
    following, events = follow(pool, session=guid)
    pool.session("second").executions("print('other')")
    pool.session("first").executions("print('mine')")
    names, line, data = read_line(events)
    assert (names[0], line, data["identifier"]) == ("execution-started", "mine\n", "first")
    following.close()


def test_more_output_than_is_kept_is_seen_live_and_the_cut_is_reported(pool):
    following, events = follow(pool)
    pool.session().executions("print('x' * 99999)", outputStreamsMaxLength=10)
    seen = 0
    for name, data in events:
        if name == "output":
            seen += len(data["text"])
        elif name == "execution-ended":
            break
    assert seen == 100_000
    assert (data["stdoutBytes"], data["cut"]) == (100_000, ["stdout"])
    following.close()


def test_logs_shows_requests_as_lines_and_as_json(server, pool):
    pool.session().executions("6 * 7")
    where = ("--admin-port", server.admin.rpartition(":")[2], "--pool", pool.name)
    shown = run_to_end("logs", *where)
    assert shown.returncode == 0, shown.stderr
    assert f"{pool.name} " in shown.stdout and "/executions 200 in " in shown.stdout
    as_json = json.loads(run_to_end("logs", *where, "-o", "json").stdout)
    assert as_json["value"][0]["result"] == 42


def test_slots_tell_who_holds_them_and_what_a_smaller_pool_would_have_refused(start_server):
    pool = DrivenPool(start_server("--max-sessions", "2"))
    pool.session("user-a").executions("1")
    pool.session("user-b").executions("1")
    assert pool.session("user-c").executions("1").status_code == 404  # the pool is full
    pool.advance(100)
    slots = pool.ask("GET", "/slots")
    assert [slot["identifier"] for slot in slots["held"]] == ["user-a", "user-b"]
    assert all(slot["heldUntil"] for slot in slots["held"])
    assert (slots["allocated"], slots["peak"], slots["wouldRefuse"]) == (2, 2, [])
    assert [refused["identifier"] for refused in slots["refused"]] == ["user-c"]
    smaller = pool.ask("GET", "/slots", params={"maxSessions": 1})
    assert [refused["identifier"] for refused in smaller["wouldRefuse"]] == ["user-b"]
    assert pool.refused("GET", "/slots", params={"maxSessions": "few"})[2] == "maxSessions"
    pool.ask("POST", "/reset")
    assert pool.ask("GET", "/slots")["allocated"] == 0
