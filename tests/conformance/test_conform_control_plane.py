"""`dynsessions conform` and the cases of the control plane: at its own server, and at another Azure
Resource Manager."""

import json

import pytest
import requests

from support.arm import RESOURCES, SUBSCRIPTION, Arm
from support.emulator import Emulator, run_to_end

CASES = 34  # number of cases in api-spec/cases/control_plane, before they are expanded over api-versions


def conform(*flags, **variables):
    return run_to_end("conform", *flags, seconds=400, **variables)


@pytest.fixture(scope="module")
def server():
    started = Emulator("--ready-sessions", "0", "--no-zygote")
    yield started
    started.stop()


def test_the_cases_are_listed_with_those_of_the_data_plane():
    listed = conform("--list").stdout.splitlines()
    names = {line.split("@")[0] for line in listed}
    assert {"execute.value-integer", "pools.put", "roles.assign-twice", "providers.app"} <= names
    of_arm = conform("--list", "--arm", "https://localhost:9").stdout.splitlines()
    assert len({line.split("@")[0] for line in of_arm}) == CASES
    described = (
        "pools.put@2024-02-02-preview  recorded: the PUT of a code pool is answered with 200"
    )
    assert any(line.startswith(described) for line in of_arm)
    of_pool = conform("--list", "--endpoint", "http://localhost:9").stdout.splitlines()
    assert sorted(of_arm + of_pool) == sorted(listed)


def test_the_cases_hold_at_a_server_of_the_run(tmp_path):
    report = tmp_path / "report.json"
    run = conform("--filter", "pools.*", "--json", str(report))
    assert run.returncode == 0, run.stdout + run.stderr
    found = json.loads(report.read_text())
    assert {case["verdict"] for case in found["cases"]} == {"same"}
    assert found["notes"] == []
    assert {case["section"].split()[0] for case in found["cases"]} == {"CONTROL-PLANE.md"}


def test_the_cases_hold_at_a_given_arm_which_is_left_as_it_was(server, tmp_path):
    report = tmp_path / "report.json"
    flags = ("--arm", server.https, "--subscription", SUBSCRIPTION, "--yes", "--json", str(report))
    run = conform(*flags, SSL_CERT_FILE=server.authority)
    assert run.returncode == 0, run.stdout + run.stderr
    assert json.loads(report.read_text())["summary"]["verdicts"]["same"] > 80
    arm = Arm(server)
    groups = arm.send("GET", f"/subscriptions/{SUBSCRIPTION}/resourceGroups", version=RESOURCES)
    assert [group["name"] for group in groups.json()["value"]] == ["local"]
    pools = requests.get(f"{server.admin}/pools", timeout=60).json()["value"]
    assert [pool["name"] for pool in pools] == ["default"]


def test_a_subscription_that_does_not_exist_gives_3(server):
    flags = ("--arm", server.https, "--subscription", "none", "--yes")
    run = conform(*flags, SSL_CERT_FILE=server.authority)
    assert run.returncode == 3
    assert "404" in run.stderr and "--subscription" in run.stderr


def test_an_arm_that_answers_otherwise_is_reported_with_page_and_section(server):
    rule = {
        "match": {"operation": "put_session_pool", "times": 1},
        "effect": {"status": 403, "code": "AuthorizationFailed", "message": "no"},
    }
    assert requests.post(f"{server.admin}/faults", json=rule, timeout=60).status_code < 300
    flags = ("--arm", server.https, "--yes", "--filter", "pools.put@2024-02-02-preview")
    run = conform(*flags, SSL_CERT_FILE=server.authority)
    assert run.returncode == 1, run.stdout
    assert "expected 200\n      got      403" in run.stdout
    assert "CONTROL-PLANE.md 1.4" in run.stdout


def test_nothing_is_sent_to_an_arm_without_yes(server):
    run = conform("--arm", server.https)
    assert run.returncode == 2
    assert "Plan for https://localhost" in run.stdout
