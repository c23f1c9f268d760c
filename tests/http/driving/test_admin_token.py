"""The token of the admin API, and tokens that it issues for the data plane."""

import base64
import json
import os
import stat

import pytest
import requests

from support.driving import Admin, DrivenPool
from support.emulator import run_to_end

SECRET = "a-secret-of-a-test-0123456789"


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def claims_of(token):
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def test_on_loopback_no_token_is_needed(server):
    assert requests.get(f"{server.admin}/pools", timeout=20).status_code == 200
    assert "adminToken" not in requests.get(f"{server.admin}/server", timeout=20).json()


def test_a_server_that_others_can_reach_demands_a_token(start_server, tmp_path):
    ready_file = tmp_path / "ready.json"
    server = start_server("--listen", "0.0.0.0", "--ready-file", str(ready_file))
    refused = requests.get(f"{server.admin}/pools", timeout=20)
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == "Bearer"
    assert refused.json()["error"]["code"] == "Unauthorized"
    for path in ("/health/live", "/health/ready", "/version"):
        assert requests.get(server.admin + path, timeout=20).status_code == 200
    for wrong in ({}, bearer("wrong"), {"Authorization": "Basic YTpi"}):
        for method, path in (("GET", "/server"), ("POST", "/reset"), ("GET", "/metrics")):
            answer = requests.request(method, server.admin + path, headers=wrong, timeout=20)
            assert answer.status_code == 401, path

    token = json.loads(ready_file.read_text())["adminToken"]
    assert len(token) >= 43
    assert stat.S_IMODE(os.stat(ready_file).st_mode) == 0o600
    answer = requests.get(f"{server.admin}/pools", headers=bearer(token), timeout=20)
    assert answer.status_code == 200
    server.await_log(token)  # the banner shows it to the user

    listed = run_to_end("pool", "list", "--ready-file", str(ready_file), "-o", "json")
    assert listed.returncode == 0 and "value" in json.loads(listed.stdout), listed.stderr
    port = ("--admin-port", server.admin.rpartition(":")[2])
    assert (
        run_to_end("pool", "list", *port).returncode == 0
    )  # commands find the token in the user's list of servers
    alone = run_to_end("pool", "list", *port, XDG_STATE_HOME=str(tmp_path))
    assert alone.returncode == 1 and "token" in alone.stderr


def test_a_token_can_be_chosen_and_is_not_shown(start_server):
    server = start_server("--admin-token", SECRET)
    assert requests.get(f"{server.admin}/pools", timeout=20).status_code == 401
    answer = requests.get(f"{server.admin}/pools", headers=bearer(SECRET), timeout=20)
    assert answer.status_code == 200
    port = ("--admin-port", server.admin.rpartition(":")[2])
    assert run_to_end("reset", *port, DYNSESSIONS_ADMIN_TOKEN=SECRET).returncode == 0
    assert run_to_end("reset", *port, DYNSESSIONS_ADMIN_TOKEN=SECRET + "x").returncode == 1
    printed = run_to_end("config", "print", "--admin-token", SECRET)
    assert printed.returncode == 0 and SECRET not in printed.stdout


def test_a_token_can_be_switched_off_and_must_not_be_short(start_server):
    server = start_server("--listen", "0.0.0.0", "--admin-token", "off")
    assert requests.get(f"{server.admin}/pools", timeout=20).status_code == 200
    short = run_to_end("serve", "--admin-token", "short")
    assert short.returncode == 2 and "--admin-token" in short.stderr


@pytest.fixture(scope="module")
def strict_server():
    from support.emulator import Emulator

    few = ("--ready-sessions", "0", "--no-zygote")
    running = Emulator("--auth", "claims", *few, as_documented=False)
    yield running
    running.stop()


@pytest.mark.parametrize(
    "wanted, status",
    [
        ({}, 200),
        ({"audience": "https://acasessions.io"}, 200),
        ({"audience": "https://example.org"}, 401),
        ({"expiresIn": -5}, 401),
        ({"expiresIn": 600}, 200),
        ({"roles": []}, 403),
        ({"roles": ["Reader"]}, 403),
    ],
)
def test_an_issued_token_is_judged_by_what_was_asked_for(strict_server, wanted, status):
    pool = DrivenPool(strict_server)
    issued = pool.ask("POST", "/token", json=wanted)
    answer = requests.get(
        f"{pool.endpoint}/files?identifier=user-1&api-version=2025-10-02-preview",
        headers=bearer(issued["token"]),
        timeout=20,
    )
    assert answer.status_code == status, answer.text
    assert claims_of(issued["token"]) == issued["claims"]


def test_the_principal_of_an_issued_token_is_in_the_journal(strict_server):
    pool = DrivenPool(strict_server)
    issued = pool.ask("POST", "/token", json={"principal": "person-1"})
    url = f"{pool.endpoint}/files?identifier=user-1&api-version=2025-10-02-preview"
    requests.get(url, headers=bearer(issued["token"]), timeout=20)
    assert pool.journal()[-1]["principal"] == "person-1"


def test_a_token_follows_the_clock_of_its_pool(strict_server):
    pool = DrivenPool(strict_server)
    pool.session().list()
    issued = pool.ask("POST", "/token", json={"expiresIn": 60})
    url = f"{pool.endpoint}/files?identifier=user-1&api-version=2025-10-02-preview"
    assert requests.get(url, headers=bearer(issued["token"]), timeout=20).status_code == 200
    pool.advance(61)
    assert requests.get(url, headers=bearer(issued["token"]), timeout=20).status_code == 401
    fresh = pool.ask("POST", "/token", json={"expiresIn": 60})
    assert requests.get(url, headers=bearer(fresh["token"]), timeout=20).status_code == 200


def test_a_wrong_request_for_a_token_names_the_field(strict_server):
    admin = Admin(strict_server)
    for body, field in [
        ({"expiresIn": "soon"}, "expiresIn"),
        ({"expiresIn": 1e30}, "expiresIn"),
        ({"expiresIn": 2**63}, "expiresIn"),
        ({"expiresIn": 1.5}, "expiresIn"),
        ({"roles": "Reader"}, "roles"),
        ({"roles": [1]}, "roles"),
        ({"audience": 1}, "audience"),
        ({"scope": "x"}, "scope"),
    ]:
        assert admin.refused("POST", "/token", json=body) == (400, "InvalidRequest", field)


def test_identifiers_that_two_principals_share_are_warned_of_in_every_mode(pool):
    for person in ("person-1", "person-2"):
        token = pool.ask("POST", "/token", json={"principal": person})["token"]
        pool.session("shared").executions("1", headers=bearer(token))
    [warning] = pool.ask("GET", "/journal")["warnings"]
    assert "two principals" in warning and '"person-1"' in warning and '"person-2"' in warning
