"""Pools and sessions through the admin API."""

import concurrent.futures

import pytest
import requests

from support.driving import DrivenPool
from support.emulator import HTTP_SECONDS


def value_of(answer):
    assert answer.status_code == 200, answer.text
    return answer.json()["result"]["executionResult"]


def test_a_declared_pool_serves_with_its_own_limits(pool):
    declared = pool.ask("PUT", json={"maxSessions": 1, "readySessions": 0})
    assert declared["maxSessions"] == 1
    assert declared["path"].endswith(f"/sessionPools/{pool.name}")
    assert value_of(pool.session("first").executions("6 * 7")) == 42
    assert pool.session("second").executions("1").status_code == 404
    slots = pool.ask("GET")["state"]["slots"]
    assert [slot["identifier"] for slot in slots] == ["first"]
    assert pool.ask("GET")["state"]["freeSlots"] == 0


def test_put_is_idempotent_and_takes_its_own_answer(pool):
    body = {"maxSessions": 3, "readySessions": 0}
    assert pool.send("PUT", json=body).status_code == 201
    again = pool.send("PUT", json=body)
    assert again.status_code == 200
    assert pool.ask("PUT", json=again.json()) == again.json()


def test_patch_changes_what_it_names(pool):
    pool.ask("PUT", json={"maxSessions": 3, "readySessions": 0, "cooldownPeriod": 77})
    changed = pool.ask("PATCH", json={"maxSessions": 4})
    assert (changed["maxSessions"], changed["cooldownPeriod"]) == (4, 77)


def test_what_a_pool_cannot_be_is_refused_by_field_and_changes_nothing(pool):
    pool.ask("PUT", json={"maxSessions": 3, "readySessions": 0})
    before = pool.ask("GET")
    for body, field in [
        ({"maxSession": 5}, "maxSession"),
        ({"maxSessions": 0}, "maxSessions"),
        ({"maxSessions": [1]}, "maxSessions"),
        ({"maxSessions": 4, "readySessions": 5}, "readySessions"),
        ({"maxSessions": 4, "name": "another"}, "name"),
    ]:
        for method in ("PUT", "PATCH"):
            assert pool.refused(method, json=body) == (400, "InvalidRequest", field)
    misspelt = pool.send("PUT", json={"maxSession": 5}).json()["error"]["message"]
    assert misspelt == "maxSession: a pool has no such member; did you mean `maxSessions`?"
    assert pool.refused("PUT", data="[1]") == (400, "InvalidRequest", "body")
    broken = pool.send("PUT", data='{\n  "maxSessions": 5,\n}').json()["error"]["message"]
    assert broken.startswith("body: this is not JSON: line 3, column 1: unexpected '}'")
    assert pool.refused("PUT", data="[" * 100_000) == (400, "InvalidRequest", "body")
    assert pool.ask("GET") == before


@pytest.mark.parametrize("name", ["a%20b", "a%2Fb", "%C3%A9", "..", "a%3Fb"])
def test_a_pool_cannot_be_declared_with_a_name_that_the_config_file_refuses(admin, name):
    path = f"/pools/{name}"
    url = requests.Request("PUT", "http://x").prepare()
    url.url = admin.url + path  # unchanged, also with dots
    with requests.Session() as client:
        answer = client.send(url, timeout=HTTP_SECONDS)
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["field"] == "name"
    assert admin.refused("GET", path)[:2] == (404, "PoolNotFound") or name == ".."


def test_a_pool_that_is_deleted_is_new_when_it_is_used_again(pool):
    session = pool.session()
    session.executions("x = 1")
    assert pool.send("DELETE").status_code == 204
    assert pool.refused("GET") == (404, "PoolNotFound", "pool")
    assert "NameError" in session.executions("x").text
    assert pool.ask("GET")["state"]["sessions"] == 1


def test_the_default_pool_cannot_be_deleted(admin):
    assert admin.refused("DELETE", "/pools/default") == (409, "Conflict", "pool")


def test_a_pool_has_its_path_on_the_data_plane_too(server, pool, admin):
    pool.ask("PUT", json={"maxSessions": 9, "readySessions": 0})
    path = pool.endpoint.removeprefix(server.http)
    assert admin.ask("GET", path)["maxSessions"] == 9
    assert pool.name in [one["name"] for one in admin.ask("GET", "/pools")["value"]]


def test_a_session_can_be_found_looked_at_and_ended(pool):
    session = pool.session("user-7")
    session.executions("x = 1")
    [listed] = pool.ask("GET", "/sessions", params={"identifier": "user-7"})["value"]
    assert listed["state"] == "active"
    guid = listed["session"]
    assert pool.ask("GET", f"/sessions/{guid}") == listed
    assert pool.send("DELETE", f"/sessions/{guid}").status_code == 204
    assert pool.refused("GET", f"/sessions/{guid}") == (404, "SessionNotFound", "session")
    assert pool.refused("DELETE", f"/sessions/{guid}") == (404, "SessionNotFound", "session")
    assert "NameError" in session.executions("x").text


def test_a_restarted_kernel_has_lost_its_variables_and_kept_its_files(pool):
    session = pool.session()
    session.executions("x = 1\nopen('/mnt/data/kept.txt', 'w').write('kept')")
    [listed] = pool.ask("GET", "/sessions")["value"]
    pool.ask("POST", f"/sessions/{listed['session']}/restart-kernel")
    assert "NameError" in session.executions("x").text
    assert session.content("kept.txt").text == "kept"
    [same] = pool.ask("GET", "/sessions")["value"]
    assert same["session"] == listed["session"]


def test_what_the_admin_api_does_not_have_is_said_with_the_nearest(admin, pool):
    assert admin.refused("GET", "/nothing") == (404, "NotFound", "path")
    assert pool.refused("GET", "/nothing") == (404, "NotFound", "path")
    assert admin.refused("DELETE", "/pools") == (405, "MethodNotAllowed", "method")
    assert pool.send("POST").headers["Allow"] == "GET, PUT, PATCH, DELETE"
    assert "/sessions" in pool.send("GET", "/sesions").json()["error"]["message"]


def test_thirty_two_workers_do_not_meet(server):
    """Golden journey 6."""

    def work(number):
        pool = DrivenPool(server)
        pool.fault({"status": 503}, operation="list_files", times=1)
        session = pool.session("the-same-in-all")
        seen = [session.executions(f"n = {number}\nn").json()["result"]["executionResult"]]
        seen.append(session.list().status_code)
        pool.advance(600)
        seen.append(len(pool.ask("GET", "/sessions")["value"]))
        seen.append([entry["operation"] for entry in pool.journal()])
        pool.send("DELETE")
        return seen

    with concurrent.futures.ThreadPoolExecutor(8) as workers:
        results = list(workers.map(work, range(32)))
    assert results == [[number, 503, 0, ["execute", "list_files"]] for number in range(32)]
