"""The clock of a pool: what depends on it, and what does not."""

import datetime
import email.utils
import threading
import time

import requests

from support.driving import Admin, DrivenPool
from support.emulator import HTTP_SECONDS
from support.waiting import wait_until


def result_of(answer):
    assert answer.status_code == 200, answer.text
    return answer.json()["result"]


def parsed(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def test_the_session_expired_while_the_user_was_away(pool):
    """Golden journey 4."""
    session = pool.session()
    assert result_of(session.executions("x = 1\nx"))["executionResult"] == 1
    [held] = pool.ask("GET", "/sessions")["value"]

    answer = pool.advance(300)

    assert [(fired["what"], fired["session"]) for fired in answer["fired"]] == [
        ("session-expired", held["session"])
    ]
    assert pool.ask("GET", "/sessions")["value"] == []
    assert "NameError" in session.executions("x").text


def test_a_session_that_is_used_in_time_does_not_expire(pool):
    pool.ask("PUT", "/clock", json={"mode": "frozen"})
    session = pool.session()
    session.executions("x = 1")
    assert pool.advance(299)["fired"] == []
    assert result_of(session.executions("x"))["executionResult"] == 1
    assert pool.advance(299)["fired"] == []
    assert result_of(session.executions("x"))["executionResult"] == 1


def test_time_stamps_follow_a_frozen_clock(pool):
    pool.ask("PUT", "/clock", json={"mode": "frozen", "now": "2100-01-02T03:04:05Z"})
    session = pool.session()
    session.upload("a.txt", b"a")
    pool.ask("POST", "/clock/advance", json={"by": "PT4M"})
    session.upload("b.txt", b"b")
    session.executions("open('/mnt/data/c.txt', 'w').close()")

    stamps = {file["name"]: file["lastModifiedAt"] for file in session.list().json()["value"]}
    assert stamps == {
        "a.txt": "2100-01-02T03:04:05Z",
        "b.txt": "2100-01-02T03:08:05Z",
        "c.txt": "2100-01-02T03:08:05Z",
    }
    date = email.utils.parsedate_to_datetime(session.list().headers["date"])
    assert date.isoformat() == "2100-01-02T03:08:05+00:00"
    [held] = pool.ask("GET", "/sessions")["value"]
    assert held["createdAt"] == "2100-01-02T03:04:05Z"
    assert held["expiresAt"] == "2100-01-02T03:13:05Z"
    assert pool.ask("GET", "/clock") == {
        "mode": "frozen",
        "now": "2100-01-02T03:08:05Z",
        "rate": 1.0,
    }


def test_time_inside_of_a_program_is_real(pool):
    pool.ask("PUT", "/clock", json={"mode": "frozen", "now": "2100-01-01T00:00:00Z"})
    code = "import time\nt = time.time()\ntime.sleep(0.01)\ntime.time() - t >= 0.01, t < 4e9"
    assert result_of(pool.session().executions(code))["executionResult"] == "(True, True)"


def test_the_limit_of_a_program_takes_no_220_seconds(pool):
    session = pool.session()
    session.executions("x = 1")
    answers = []
    waiting = threading.Thread(
        target=lambda: answers.append(
            session.executions(
                "open('/mnt/data/running', 'w').close()\nimport time\ntime.sleep(600)",
                timeoutInSeconds=220,
            )
        )
    )
    waiting.start()
    wait_until(lambda: session.file("running").status_code == 200, "the program never began")

    fired = pool.advance(221)["fired"]

    assert "execution-timed-out" in [one["what"] for one in fired]
    waiting.join(HTTP_SECONDS)
    assert "Request timed out waiting for code execution" in answers[0].text
    assert result_of(session.executions("x"))["executionResult"] == 1


def test_a_clock_runs_at_its_rate(pool):
    before = pool.ask("PUT", "/clock", json={"rate": 1000})["now"]
    time.sleep(0.05)
    after = pool.ask("GET", "/clock")["now"]
    assert (parsed(after) - parsed(before)).total_seconds() >= 50
    frozen = pool.ask("PUT", "/clock", json={"mode": "frozen"})
    assert frozen["now"] == pool.ask("GET", "/clock")["now"]
    assert pool.ask("PUT", "/clock", json={"mode": "running"})["rate"] == 1.0


def test_a_clock_never_goes_back(pool):
    pool.advance(3600)
    now = datetime.datetime.now(datetime.UTC).isoformat()[:19] + "Z"
    assert pool.refused("PUT", "/clock", json={"now": now}) == (409, "Conflict", "now")
    pool.ask("POST", "/reset")
    assert parsed(pool.ask("GET", "/clock")["now"]) < parsed(now) + datetime.timedelta(minutes=5)


def test_a_wrong_clock_is_refused_by_field(pool):
    for body, field in [
        ({"mode": "stopped"}, "mode"),
        ({"now": "tomorrow"}, "now"),
        ({"now": "2300-01-01T00:00:00Z"}, "now"),
        ({"rate": 0}, "rate"),
        ({"rate": -1}, "rate"),
        ({"mode": "frozen", "rate": 2}, "rate"),
        ({"speed": 2}, "speed"),
    ]:
        assert pool.refused("PUT", "/clock", json=body) == (400, "InvalidRequest", field), body
    for body, field in [
        ({}, "seconds"),
        ({"seconds": -1}, "seconds"),
        ({"seconds": "5"}, "seconds"),
        ({"seconds": 1e300}, "seconds"),
        ({"by": "5 minutes"}, "by"),
        ({"seconds": 1, "by": "PT1S"}, "seconds"),
        ({"hours": 1}, "hours"),
    ]:
        status, code, _ = pool.refused("POST", "/clock/advance", json=body)
        assert (status, code) == (400, "InvalidRequest"), (body, field)
    unknown = pool.refused("POST", "/clock/advance", json={"seconds": 1, "x": 1})
    assert unknown == (400, "InvalidRequest", "x")
    pool.ask("PUT", "/clock", json={"mode": "frozen"})
    assert pool.refused("PUT", "/clock", json={"rate": 2}) == (400, "InvalidRequest", "rate")
    assert pool.ask("GET", "/clock")["mode"] == "frozen"
    pool.ask("PUT", "/clock", json={"now": "2199-12-31T00:00:00Z"})
    status, code, _ = pool.refused("POST", "/clock/advance", json={"seconds": 86_400})
    assert (status, code) == (400, "InvalidRequest")


def test_clocks_of_pools_are_their_own(server, pool):
    other = type(pool)(server)
    pool.session().executions("1")
    other.session().executions("1")
    pool.advance(3600)
    assert len(other.ask("GET", "/sessions")["value"]) == 1
    other.send("DELETE")


def test_all_clocks_move_together_and_a_token_expires(start_server):
    """The clocks of all pools and of the token endpoint follow the server's clock."""
    server = start_server("--auth", "claims")
    scope = {"resource": "https://dynamicsessions.io", "api-version": "2019-08-01"}
    token = requests.get(
        server.identity_endpoint,
        params=scope,
        headers={"X-IDENTITY-HEADER": "any"},
        timeout=30,
    ).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    pool = DrivenPool(server, "one")
    assert pool.session().send("GET", "files", headers=headers).status_code == 200
    Admin(server).advance(86_400 * 2)
    late = pool.session().send("GET", "files", headers=headers)
    assert late.status_code == 401
    assert "expired" in late.headers["www-authenticate"]


def test_what_a_frozen_clock_shows_can_be_put_back(pool):
    pool.ask("PUT", "/clock", json={"mode": "frozen"})
    shown = pool.ask("GET", "/clock")
    for _ in range(2):
        again = pool.ask("PUT", "/clock", json=shown)
        assert again == {**shown, "fired": []}
