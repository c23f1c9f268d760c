"""Faults that a test requests, as clients see them."""

import re
import socket
import ssl
import time
from urllib.parse import urlsplit

import pytest
import requests

from support.driving import Admin, DrivenPool
from support.emulator import HTTP_SECONDS
from support.waiting import wait_until

SLOW_ENOUGH = 0.3  # seconds that a client waits for an answer that never comes


def value_of(answer):
    assert answer.status_code == 200, answer.text
    return answer.json()["result"]["executionResult"]


def execute(session, code, timeout):
    body = {"codeInputType": "Inline", "executionType": "Synchronous", "code": code}
    return session.send("POST", "executions", json=body, timeout=timeout)


def await_hit(pool):
    """The server can be slower than a client that has left."""
    wait_until(lambda: pool.ask("GET", "/faults")["value"][0]["hits"] == 1, "no rule was hit")


def raw_answer(url, path, tls=False):
    """Returns every byte of the answer to a GET, and whether the connection was reset."""
    place = urlsplit(url)
    connection = socket.create_connection((place.hostname, place.port), timeout=HTTP_SECONDS)
    if tls:
        context = ssl._create_unverified_context()
        connection = context.wrap_socket(connection)
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer x\r\n\r\n"
    connection.sendall(request.encode())
    received = b""
    with connection:
        try:
            while piece := connection.recv(65536):
                received += piece
        except ConnectionResetError:
            return received, True
        except ssl.SSLError:
            pass  # the server closed without a TLS close
    return received, False


def files_of(pool, server):
    path = pool.endpoint.removeprefix(server.http)
    return f"{path}/files?identifier=user-1&api-version=2025-10-02-preview"


def test_a_retry_on_the_first_503(pool):
    """Golden journey 5."""
    pool.ask(
        "POST",
        "/faults",
        json={
            "match": {"operation": "execute", "times": 1},
            "effect": {
                "status": 503,
                "code": "ServiceUnavailable",
                "message": "busy",
                "headers": {"Retry-After": "1"},
            },
        },
    )
    session = pool.session()
    first = session.executions("1")
    assert first.status_code == 503
    assert first.headers["retry-after"] == "1"
    assert first.headers["x-emulator-reason"] == "fault rule-1: status"
    assert first.headers["x-ms-error-code"] == "ServiceUnavailable"
    assert first.json()["error"]["message"] == "busy"
    assert value_of(session.executions("6 * 7")) == 42
    [rule] = pool.ask("GET", "/faults")["value"]
    assert (rule["id"], rule["matched"], rule["hits"]) == ("rule-1", 2, 1)


@pytest.mark.parametrize("tls", [False, True])
def test_a_truncated_body_is_cut_on_the_socket(server, pool, tls):
    session = pool.session()
    session.upload("a.txt", b"a")
    whole = session.list().content
    pool.fault({"truncate": 20}, operation="list_files")
    received, _ = raw_answer(server.https if tls else server.http, files_of(pool, server), tls)
    head, _, body = received.partition(b"\r\n\r\n")
    assert b"200 OK" in head and b"x-emulator-reason: fault rule-1: truncate" in head
    size, _, chunk = body.partition(b"\r\n")
    assert int(size, 16) == 20 and chunk == whole[:20] + b"\r\n"
    assert not body.endswith(b"0\r\n\r\n")


def test_a_file_is_truncated_below_its_length(pool):
    session = pool.session()
    session.upload("large.bin", bytes(500_000))
    pool.fault({"truncate": 100_000}, operation="get_file_content")
    with pytest.raises(requests.exceptions.RequestException):
        session.content("large.bin")


@pytest.mark.parametrize("tls", [False, True])
def test_a_sliced_body_comes_in_pieces_with_pauses(server, pool, tls):
    session = pool.session()
    session.upload("a.txt", b"a")
    whole = session.list().content
    pool.fault({"slice": {"bytes": len(whole) // 3, "seconds": 0.1}}, operation="list_files")
    began = time.monotonic()
    url = (server.https if tls else server.http) + files_of(pool, server)
    headers = {"Authorization": "Bearer x"}
    sliced = requests.get(url, headers=headers, verify=server.authority, timeout=HTTP_SECONDS)
    assert sliced.content == whole
    assert time.monotonic() - began >= 0.2


def test_a_reset_connection_is_reset(server, pool):
    pool.session().executions("1")
    pool.fault({"reset": True}, operation="list_files")
    assert raw_answer(server.http, files_of(pool, server)) == (b"", True)


def test_a_hanging_answer_never_comes(pool):
    session = pool.session()
    pool.fault({"hang": True}, operation="execute")
    with pytest.raises(requests.exceptions.ReadTimeout):
        execute(session, "x = 1", timeout=SLOW_ENOUGH)
    await_hit(pool)
    pool.send("DELETE", "/faults")
    assert value_of(session.executions("x = x if 'x' in dir() else 0\nx")) == 1


def test_an_operation_before_a_hang_does_not_run(pool):
    session = pool.session()
    pool.fault({"hang": {"when": "before"}}, operation="execute")
    with pytest.raises(requests.exceptions.ReadTimeout):
        execute(session, "x = 1", timeout=SLOW_ENOUGH)
    await_hit(pool)
    pool.send("DELETE", "/faults")
    assert "NameError" in session.executions("x").text


def test_a_delay_is_real_time(pool):
    session = pool.session()
    session.executions("1")
    pool.ask("PUT", "/clock", json={"mode": "frozen"})
    pool.fault({"delay": {"seconds": 0.25}}, operation="execute")
    began = time.monotonic()
    assert value_of(session.executions("1")) == 1
    assert time.monotonic() - began >= 0.25


def test_a_killed_kernel_loses_its_variables(pool):
    session = pool.session()
    session.executions("x = 1")
    pool.fault({"kill-kernel": {"when": "before"}}, operation="execute", times=1)
    assert "NameError" in session.executions("x").text
    session.executions("x = 2")
    assert value_of(session.executions("x")) == 2


def test_a_kernel_dies_in_the_middle_of_a_program(pool):
    session = pool.session()
    session.executions("x = 1")
    pool.ask("POST", "/faults", json={"preset": "kernel-restarted", "match": {"times": 1}})
    died = session.executions("import time\ntime.sleep(30)")
    assert died.json()["status"] == "Failed", died.text
    assert "NameError" in session.executions("x").text


def test_a_program_that_ended_before_its_kernel_was_to_die_is_spared_and_the_reason_says_so(pool):
    session = pool.session()
    pool.fault({"kill-kernel": {"when": "during", "seconds": 600}}, operation="execute", times=1)
    spared = session.executions("x = 1")
    assert spared.json()["status"] == "Succeeded"
    assert "without effect" in spared.headers["x-emulator-reason"]
    assert value_of(session.executions("x")) == 1


def test_a_kernel_that_was_to_die_much_later_does_not_keep_the_server_from_ending(start_server):
    server = start_server()
    pool = DrivenPool(server)
    pool.fault({"kill-kernel": {"when": "during", "seconds": 3600}})
    assert value_of(pool.session().executions("1 + 1")) == 2
    server.stop()


def test_an_evicted_session_is_new(pool):
    session = pool.session()
    session.executions("x = 1")
    pool.fault({"evict": True}, operation="execute", times=1)
    assert "NameError" in session.executions("x").text


def test_a_full_pool_refuses_as_the_pool_itself_does(pool):
    pool.ask("POST", "/faults", json={"preset": "pool-full", "match": {"times": 1}})
    refused = pool.session().executions("1")
    assert refused.status_code == 404
    assert refused.headers["x-ms-error-code"] == "SessionPoolExhausted"
    assert refused.headers["x-emulator-reason"] == "fault rule-1: pool-full"
    assert "maximum of" in refused.json()["error"]["message"]


def test_a_failed_allocation_has_the_text_that_clients_look_for(pool):
    pool.ask("POST", "/faults", json={"preset": "allocation-failed", "match": {}})
    failed = pool.session("user-9").executions("1")
    assert failed.status_code == 500
    expected = f"Error happened when allocating pod for identifier user-9 in pool {pool.name}"
    assert failed.text == expected


def test_a_lost_file_is_gone(pool):
    session = pool.session()
    for name in ("a.txt", "b.csv"):
        session.upload(name, b"content")
    pool.fault({"lose-file": "*.txt"}, operation="get_file_content", times=1)
    assert session.content("a.txt").status_code == 404
    assert session.content("b.csv").content == b"content"


def test_only_new_sessions_are_slow_to_allocate(pool):
    session = pool.session()
    session.executions("1")
    pool.fault({"slow-allocation": {"seconds": 0.2}})
    session.executions("1")
    assert pool.ask("GET", "/faults")["value"][0]["hits"] == 0
    began = time.monotonic()
    pool.session("another").executions("1")
    assert time.monotonic() - began >= 0.2


def test_a_token_is_rejected(pool):
    pool.fault({"reject-token": True}, operation="execute", times=1)
    pool.fault({"reject-token": {"status": 403}}, operation="execute")
    session = pool.session()
    rejected = session.executions("1")
    assert rejected.status_code == 401 and "Bearer" in rejected.headers["www-authenticate"]
    assert session.executions("1").status_code == 403


def test_rules_match_by_what_is_in_the_request(pool):
    pool.ask(
        "PUT",
        "/faults",
        json={
            "value": [
                {"id": "code", "match": {"body": "DROP TABLE"}, "effect": {"status": 418}},
                {"id": "who", "match": {"identifier": "bad-*"}, "effect": {"status": 420}},
                {
                    "id": "head",
                    "match": {"header": {"name": "X-Test", "value": "on"}},
                    "effect": {"status": 422},
                },
                {
                    "id": "second",
                    "match": {"operation": "list_files", "nth": 2},
                    "effect": {"status": 425},
                },
                {
                    "id": "third",
                    "match": {"operation": "get_file", "every": 3},
                    "effect": {"status": 426},
                },
            ]
        },
    )
    session, bad = pool.session(), pool.session("bad-1")
    assert session.executions("'DROP TABLE'").status_code == 418
    assert value_of(session.executions("1")) == 1
    assert bad.list().status_code == 420
    inside = {"pythonCode": "1", "identifier": "bad-2", "executionType": "synchronous"}
    body = {"properties": {**inside, "codeInputType": "inline"}}
    url = f"{pool.endpoint}/python/execute"
    headers = {"Authorization": "Bearer x"}
    assert requests.post(url, json=body, headers=headers, timeout=HTTP_SECONDS).status_code == 420
    assert session.list(headers=None).status_code == 200
    assert session.send("GET", "files", headers={"X-Test": "on"}).status_code == 422
    assert session.list().status_code == 425
    session.upload("a", b"a")
    statuses = [session.file("a").status_code for _ in range(6)]
    assert statuses == [200, 200, 426, 200, 200, 426]


def test_a_probability_with_a_seed_hits_the_same_requests_again(pool):
    rule = {"match": {"probability": 0.5, "seed": 7}, "effect": {"status": 500}}
    session = pool.session()
    runs = []
    for _ in range(2):
        pool.ask("PUT", "/faults", json={"value": [rule]})
        runs.append([session.list().status_code for _ in range(12)])
    assert runs[0] == runs[1]
    assert set(runs[0]) == {200, 500}


def test_rules_can_be_sent_back_and_removed(pool):
    rules = [
        {"preset": "throttled", "match": {"times": 3}},
        {"effect": {"delay": {"fromSeconds": 0, "toSeconds": 0.001}}},
    ]
    put = pool.ask("PUT", "/faults", json={"value": rules})
    assert pool.ask("PUT", "/faults", json=put) == put
    assert [rule["id"] for rule in put["value"]] == ["rule-1", "rule-2"]
    assert pool.session().list().status_code == 429
    assert pool.send("DELETE", "/faults/rule-1").status_code == 204
    assert pool.refused("DELETE", "/faults/rule-1") == (404, "FaultNotFound", "id")
    assert pool.session().list().status_code == 200
    pool.send("DELETE", "/faults")
    assert pool.ask("GET", "/faults") == {"value": []}


def test_a_wrong_rule_is_refused_by_field_and_nothing_is_added(pool):
    for rule, field in [
        ({}, "effect"),
        ({"effect": {"status": 503, "delay": {"seconds": 1}}}, "effect.delay"),
        ({"effect": {"status": 99}}, "effect.status"),
        ({"effect": {"explode": True}}, "effect.explode"),
        ({"effect": {"truncate": -1}}, "effect.truncate"),
        ({"effect": {"delay": {"seconds": -1}}}, "effect.delay.seconds"),
        ({"effect": {"delay": {}}}, "effect.delay.seconds"),
        ({"effect": {"hang": {"when": "never"}}}, "effect.hang.when"),
        ({"effect": {"status": 503, "headers": {"Content-Length": "1"}}}, "effect.headers"),
        ({"effect": {"status": 503, "headers": {"X": "a\r\nY: b"}}}, "effect.headers"),
        ({"match": {"operation": "fly"}, "effect": {"hang": True}}, "match.operation"),
        ({"match": {"operation": "get_token"}, "effect": {"evict": True}}, "effect"),
        ({"match": {"body": "("}, "effect": {"hang": True}}, "match.body"),
        ({"match": {"nth": 0}, "effect": {"hang": True}}, "match.nth"),
        ({"match": {"nth": 2, "every": 2}, "effect": {"hang": True}}, "match.every"),
        ({"match": {"probability": 1.5}, "effect": {"hang": True}}, "match.probability"),
        ({"match": {"who": "x"}, "effect": {"hang": True}}, "match.who"),
        ({"match": [], "effect": {"hang": True}}, "match"),
        ({"preset": "nothing"}, "preset"),
        ({"preset": "pool-full", "effect": {"hang": True}}, "effect"),
        ({"id": "a b", "effect": {"hang": True}}, "id"),
        ({"efect": {"hang": True}}, "efect"),
        ({"match": {"header": {"name": "x y"}}, "effect": {"hang": True}}, "match.header.name"),
        ({"effect": {"delay": 1.5}}, "effect.delay"),
        ({"effect": {"pool-full": {"status": 429}}}, "effect.pool-full.status"),
    ]:
        assert pool.refused("POST", "/faults", json=rule) == (400, "InvalidRequest", field), rule
    for rule, text in [
        ({"efect": {"hang": True}}, "did you mean `effect`?"),
        ({"effect": {"delay": 1.5}}, 'expected {"seconds": 1.5}'),
        ({"effect": {"hang": False}}, 'expected true, or {"when": "before"}'),
        ({"match": {"times": 0}, "effect": {"hang": True}}, "expected a whole number, at least 1"),
    ]:
        assert text in pool.send("POST", "/faults", json=rule).json()["error"]["message"]
    good = {"effect": {"hang": True}}
    body = {"value": [good, {"effect": {"hang": 1}}]}
    assert pool.refused("PUT", "/faults", json=body)[2].startswith("value[1].effect")
    same = {"value": [{**good, "id": "a"}, {**good, "id": "a"}]}
    assert pool.refused("PUT", "/faults", json=same) == (409, "Conflict", "id")
    assert pool.ask("GET", "/faults") == {"value": []}


def test_a_hostile_pattern_does_not_stop_the_server(pool):
    pool.fault({"status": 500}, body="^(a+)+$")
    assert value_of(pool.session().executions("len('" + "a" * 3000 + "!')")) == 3001


def test_a_rule_of_the_server_hits_every_pool_and_the_token_endpoint(start_server):
    server = start_server()
    server_rules = Admin(server)
    effect = {"status": 503, "code": "temporarily_unavailable", "message": "later"}
    server_rules.fault(effect, operation="get_token", times=1)
    server_rules.fault({"status": 500}, operation="list_files", times=1)
    token = {"resource": "https://dynamicsessions.io", "api-version": "2019-08-01"}
    headers = {"X-IDENTITY-HEADER": "any"}
    refused = requests.get(
        server.identity_endpoint, params=token, headers=headers, timeout=HTTP_SECONDS
    )
    assert refused.status_code == 503
    assert refused.json()["error"] == "temporarily_unavailable"
    again = requests.get(
        server.identity_endpoint, params=token, headers=headers, timeout=HTTP_SECONDS
    )
    assert again.status_code == 200
    own = DrivenPool(server)
    own.fault({"status": 418}, operation="list_files", times=1)
    statuses = [own.session().list().status_code for _ in range(3)]
    assert statuses == [418, 500, 200]
    assert re.fullmatch(r"rule-\d", server_rules.ask("GET", "/faults")["value"][0]["id"])


def ask_for_token(server):
    token = {"resource": "https://dynamicsessions.io", "api-version": "2019-08-01"}
    return requests.get(
        server.identity_endpoint,
        params=token,
        headers={"X-IDENTITY-HEADER": "any"},
        timeout=HTTP_SECONDS,
    )


def list_pools(server):
    group = "subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/local"
    return requests.get(
        f"{server.https}/{group}/providers/Microsoft.App/sessionPools",
        params={"api-version": "2025-07-01"},
        headers={"Authorization": "Bearer x"},
        verify=server.authority,
        timeout=HTTP_SECONDS,
    )


@pytest.mark.parametrize(
    "effect",
    [
        {"pool-full": True},
        {"allocation-failed": True},
        {"evict": True},
        {"kill-kernel": True},
        {"lose-file": "*"},
        {"slow-allocation": {"seconds": 0}},
    ],
    ids=str,
)
def test_an_effect_on_sessions_leaves_other_surfaces_alone(start_server, effect):
    server = start_server()
    everything = Admin(server)
    everything.fault(effect)
    assert ask_for_token(server).status_code == 200
    assert list_pools(server).status_code == 200
    assert everything.ask("GET", "/faults")["value"][0]["matched"] == 0
    for operation in ("get_token", "list_session_pools"):
        rule = {"match": {"operation": operation}, "effect": effect}
        assert everything.refused("POST", "/faults", json=rule)[2] == "effect"
    DrivenPool(server).session().list()
    assert everything.ask("GET", "/faults")["value"][0]["hits"] == 1


@pytest.mark.parametrize("status", [401, 403])
def test_a_token_is_rejected_by_the_control_plane_too(start_server, status):
    server = start_server()
    everything = Admin(server)
    everything.fault({"reject-token": {"status": status}}, operation="list_session_pools")
    refused = list_pools(server)
    assert refused.status_code == status
    assert refused.headers["x-emulator-reason"] == "fault rule-1: reject-token"
    assert refused.json()["error"]["code"]
    everything.ask("PUT", "/faults", json={"value": [{"effect": {"reject-token": True}}]})
    assert ask_for_token(server).status_code == 200


@pytest.mark.parametrize(
    "preset, status", [("throttled", 429), ("region-outage", 503), ("azure-2026-08", 200)]
)
def test_presets_of_the_whole_service_hit_every_surface(start_server, preset, status):
    server = start_server()
    everything = Admin(server)
    everything.ask("POST", "/faults", json={"preset": preset})
    answers = [ask_for_token(server), list_pools(server), DrivenPool(server).session().list()]
    for answer in answers:
        assert answer.status_code == status
        assert answer.headers["x-emulator-reason"] == f"fault rule-1: {preset}"
    assert everything.ask("GET", "/faults")["value"][0]["hits"] == 3
