"""The journal: what it records, what it never records, and how it can be queried."""

import json

import requests

from support.driving import DrivenPool
from support.emulator import run_to_end


def test_a_request_is_recorded_with_its_program_and_its_outcome(pool):
    session = pool.session("user-1")
    session.executions("print('out')\nimport sys\nprint('err', file=sys.stderr)\n6 * 7")
    [entry] = pool.journal()
    expected = {
        "pool": pool.name,
        "operation": "execute",
        "method": "POST",
        "apiVersion": "2025-10-02-preview",
        "identifier": "user-1",
        "status": 200,
        "reason": "",
        "faults": [],
        "stdout": "out\n",
        "stderr": "err\n",
        "result": 42,
    }
    assert {name: entry[name] for name in expected} == expected
    assert entry["code"].endswith("6 * 7")
    assert entry["session"] == pool.ask("GET", "/sessions")["value"][0]["session"]
    assert entry["path"].endswith("/executions")
    assert entry["durationMs"] > 0 and entry["requestBytes"] > 0 and entry["responseBytes"] > 0


def test_code_is_known_in_every_dialect(pool):
    session = pool.session()
    session.python_execute("1 + 1")
    session.code_execute("2 + 2")
    session.executions("MyArIDM=", codeInputType="InlineBase64")
    found = [(entry["code"], entry["result"]) for entry in pool.journal()]
    assert found == [("1 + 1", 2), ("2 + 2", 4), ("3 + 3", 6)]


def test_a_refusal_is_there_with_its_reason(pool):
    """Golden journey 7."""
    requests.get(f"{pool.endpoint}/files?identifier=user-1", timeout=20)
    [entry] = pool.journal(status=401)
    assert entry["refusedBy"] == "token"
    assert entry["reason"]


def test_faults_that_hit_a_request_are_named(pool):
    pool.fault({"status": 503})
    pool.session().list()
    [entry] = pool.journal()
    assert entry["faults"] == ["rule-1"]
    assert entry["reason"] == "fault rule-1: status"


def test_tokens_are_nowhere(pool):
    token = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJzZWNyZXQtcGVyc29uIn0.c2lnbmF0dXJl"
    session = pool.session()
    session.executions(f"t = '{token}'\nprint(t)", headers={"Authorization": f"Bearer {token}"})
    session.send("GET", "files", query={"access_token": token}, headers={"Cookie": token})
    for format in ("ndjson", "har", "case"):
        exported = pool.send("GET", "/journal/export", params={"format": format}).text
        assert "files" in exported or "executions" in exported
        assert "c2lnbmF0dXJl" not in exported and "eyJhbGci" not in exported
    assert "c2lnbmF0dXJl" not in json.dumps(pool.journal())


def test_entries_are_selected(pool):
    first, second = pool.session("user-1"), pool.session("user-2")
    first.list()
    second.list()
    second.executions("1")
    ids = [entry["id"] for entry in pool.journal()]
    assert len(ids) == 3 and ids == sorted(ids)
    assert [entry["id"] for entry in pool.journal(identifier="user-2")] == ids[1:]
    assert [entry["id"] for entry in pool.journal(operation="execute")] == ids[2:]
    assert [entry["id"] for entry in pool.journal(since=ids[0])] == ids[1:]
    assert [entry["id"] for entry in pool.journal(limit=1)] == ids[2:]
    assert pool.journal(since=pool.journal()[2]["at"])[-1]["id"] == ids[2]
    assert pool.journal(status=404) == []
    for query, field in [
        ({"status": "bad"}, "status"),
        ({"limit": "-1"}, "limit"),
        ({"since": "yesterday"}, "since"),
        ({"colour": "red"}, "colour"),
        ({"operation": "exec"}, "operation"),
    ]:
        assert pool.refused("GET", "/journal", params=query) == (400, "InvalidRequest", field)
    assert pool.send("DELETE", "/journal").status_code == 204
    assert pool.journal() == []


def test_expectations_that_are_met(pool):
    session = pool.session()
    session.upload("a.csv", b"1")
    session.executions("1 + 1")
    session.executions("2 + 2")
    for expectation in [
        {"match": {"operation": "execute"}, "count": 2},
        {"match": {"operation": "execute"}},
        {"match": {"operation": "execute"}, "atLeast": 1, "atMost": 2},
        {"match": {"code": "1 + 1"}, "count": 1},
        {"match": {"codePattern": r"\d \+ \d"}, "count": 2},
        {"match": {"operation": "delete_session"}, "count": 0},
        {"order": [{"operation": "upload_file"}, {"code": "2 + 2"}]},
    ]:
        answer = pool.verify(**expectation)
        assert answer.status_code == 200, answer.text
        assert answer.json()["ok"] is True


def test_an_expectation_that_is_not_met_says_what_came_nearest(pool):
    session = pool.session("user-1")
    session.executions("1 + 1")
    session.list()
    answer = pool.verify(match={"operation": "execute", "code": "1 + 2"}, count=1)
    assert answer.status_code == 409
    verdict = answer.json()
    assert (verdict["ok"], verdict["expected"], verdict["found"]) == (False, "exactly 1", 0)
    lines = verdict["message"].splitlines()
    assert lines[0].startswith('expected exactly 1 of: operation "execute"')
    assert lines[1] == "nearest:"
    assert 'code is "1 + 1", not "1 + 2"' in lines[2]

    late = pool.verify(order=[{"operation": "list_files"}, {"operation": "execute"}]).json()
    assert "number 2 is missing" in late["message"] and "too early" in late["message"]


def test_a_wrong_expectation_is_refused_by_field(pool):
    for expectation, field in [
        ({"match": {"colour": "red"}}, "match.colour"),
        ({"match": {"status": "200"}}, "match.status"),
        ({"match": {}, "count": -1}, "count"),
        ({"match": {}, "count": 1, "atLeast": 1}, "count"),
        ({"match": {}, "atLeast": 2, "atMost": 1}, "atMost"),
        ({"order": []}, "order"),
        ({"order": [{"code": 1}]}, "order[0].code"),
        ({"order": [{}], "count": 1}, "order"),
        ({"match": {"codePattern": "["}}, "match.codePattern"),
        ({"match": {"operation": "exec"}, "count": 0}, "match.operation"),
        ({"order": [{}, {"operation": "fly*"}]}, "order[1].operation"),
        ({"match": {}, "after": {"operation": "fly"}}, "after.operation"),
        ({"expect": 1}, "expect"),
    ]:
        answer = pool.refused("POST", "/journal/verify", json=expectation)
        assert answer == (400, "InvalidRequest", field), expectation


def test_an_identifier_that_two_clients_share_is_warned_of(pool):
    session = pool.session("shared")
    session.executions("1", headers={"User-Agent": "alice"})
    session.executions("1", headers={"User-Agent": "bob"})
    pool.session("own").executions("1", headers={"User-Agent": "bob"})
    [warning] = pool.ask("GET", "/journal")["warnings"]
    assert '"shared"' in warning and '"alice"' in warning and '"bob"' in warning


def test_requests_can_be_followed(pool):
    following = pool.send("GET", "/journal/events", stream=True)
    lines = following.iter_lines(decode_unicode=True)
    assert next(lines) == ": journal"
    pool.session().list()
    while not (line := next(lines)).startswith("data: "):
        pass
    assert json.loads(line.removeprefix("data: "))["operation"] == "list_files"
    following.close()


def test_an_exported_case_is_accepted_and_passes(server, pool, tmp_path):
    session = pool.session()
    session.executions("x = 20\nprint('hello')")
    session.executions("x + 1")
    session.code_execute("'a' * 3")
    exported = pool.send("GET", "/journal/export", params={"format": "case"})
    file = tmp_path / "journal.json"
    file.write_text(exported.text)
    for cases in (tmp_path, file):
        ran = run_to_end("conform", "--endpoint", server.endpoint, "--cases", str(cases), "--yes")
        assert ran.returncode == 0, ran.stdout + ran.stderr


def test_an_archive_has_what_developer_tools_show(pool):
    pool.session().executions("6 * 7")
    archive = pool.ask("GET", "/journal/export", params={"format": "har"})["log"]
    [entry] = archive["entries"]
    assert archive["version"] == "1.2"
    assert entry["request"]["method"] == "POST"
    assert "6 * 7" in entry["request"]["postData"]["text"]
    assert json.loads(entry["response"]["content"]["text"])["result"]["executionResult"] == 42
    assert pool.refused("GET", "/journal/export", params={"format": "pdf"})[2] == "format"


def test_a_small_journal_without_bodies_forgets_and_says_so(start_server):
    server = start_server("--journal-mb", "1", "--journal-bodies", "off")
    pool = DrivenPool(server)
    session = pool.session()
    session.executions("secret = 1")
    [entry] = pool.journal()
    assert "code" not in entry and "stdout" not in entry and entry["requestBytes"] > 0
    filler = {f"X-Filler-{number}": "x" * 2000 for number in range(4)}
    for _ in range(150):
        session.send("GET", "session", headers=filler)
    journal = pool.ask("GET", "/journal", params={"limit": 5000})
    assert journal["forgotten"] > 0
    assert len(journal["value"]) + journal["forgotten"] == 151
    match = {"operation": "execute"}
    assert pool.refused("POST", "/journal/verify", json={"match": match, "count": 0}) == (
        409,
        "Conflict",
        "journal",
    )
    assert pool.verify(match={"operation": "get_session"}, atLeast=10).status_code == 200
    pool.send("DELETE", "/journal")
    assert pool.verify(match=match, count=0).status_code == 200
