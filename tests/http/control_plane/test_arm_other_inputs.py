"""Requests to Azure Resource Manager that known clients do not send but users do: other ways to
write a path, merges at every depth, changes that overlap."""

import concurrent.futures
import uuid

import pytest
import requests

from support.arm import NEWEST, RESOURCES, SUBSCRIPTION, Arm, error_of, python_pool
from support.emulator import HTTP_SECONDS

POOLS = "providers/Microsoft.App/sessionPools"


@pytest.mark.parametrize(
    "path",
    [
        "/SUBSCRIPTIONS/{s}/RESOURCEGROUPS/local/PROVIDERS/MICROSOFT.APP/SESSIONPOOLS/{name}",
        "//subscriptions//{s}//resourcegroups//local//providers//microsoft.app//sessionpools//{name}",
        "/subscriptions/{s}/resourceGroups/LOCAL/" + POOLS + "/{name}///",
        "/subscriptions/{s}/resourceGroups/local/providers/Microsoft.App/session%50ools/{name}",
    ],
)
def test_a_path_is_read_without_case_and_with_any_number_of_slashes(arm, pool_name, path):
    target = path.format(s=SUBSCRIPTION, name=pool_name)
    assert arm.send("PUT", arm.url + target, python_pool()).status_code == 200
    shown = arm.send("GET", arm.url + target)
    assert shown.json()["id"].lower() == arm.pool_id(pool_name).lower()
    assert arm.send("DELETE", arm.url + target).status_code == 204
    assert arm.pool("GET", pool_name).status_code == 404


def test_lists_are_read_in_the_same_way(arm, pool_name):
    arm.pool("PUT", pool_name, python_pool())
    for scope in (
        f"/SUBSCRIPTIONS/{SUBSCRIPTION}",
        f"/subscriptions/{SUBSCRIPTION}/resourcegroups/LOCAL",
    ):
        listed = arm.send("GET", f"{scope}//providers/microsoft.app/SessionPools/")
        assert pool_name in [pool["name"] for pool in listed.json()["value"]]


def properties_of(arm, name, version=NEWEST):
    return arm.pool("GET", name, version=version).json()["properties"]


def cooldown_of(arm, name):
    dynamic = properties_of(arm, name)["dynamicPoolConfiguration"]
    return dynamic["lifecycleConfiguration"]["cooldownPeriodInSeconds"]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"properties": {}},
        {"properties": None, "tags": None, "identity": None},
        {"properties": {"scaleConfiguration": {}}},
        {"properties": {"scaleConfiguration": None, "dynamicPoolConfiguration": None}},
        {"properties": {"dynamicPoolConfiguration": {"lifecycleConfiguration": {}}}},
        {"properties": {"dynamicPoolConfiguration": {"executionType": "Timed"}}},
        {"properties": {"scaleConfiguration": {"maxConcurrentSessions": None}}},
        {"properties": {"sessionNetworkConfiguration": {"status": None}}},
        {"location": "North Europe"},
    ],
)
def test_a_patch_that_names_nothing_new_changes_nothing(arm, pool_name, changes):
    arm.pool("PUT", pool_name, python_pool(maximum=7, cooldown=900) | {"tags": {"a": "1"}})
    before = arm.pool("GET", pool_name).json()
    answer = arm.pool("PATCH", pool_name, changes)
    assert answer.status_code == 200, answer.text
    after = arm.pool("GET", pool_name).json()
    assert after["properties"] == before["properties"]
    assert after["tags"] == before["tags"]


def test_the_spellings_of_the_cooldown_can_be_mixed_from_patch_to_patch(arm, pool_name):
    arm.pool("PUT", pool_name, python_pool(cooldown=900), "2024-02-02-preview")
    old = {"properties": {"dynamicPoolConfiguration": {"COOLDOWNPERIODINSECONDS": "0600"}}}
    new = {
        "properties": {
            "dynamicPoolConfiguration": {
                "executionType": None,
                "lifecycleConfiguration": {
                    "lifecycleType": "TIMED",
                    "cooldownPeriodInSeconds": 700,
                },
            }
        }
    }
    for changes, version, seconds in (
        (old, "2026-07-01", 600),
        (new, "2024-02-02-preview", 700),
        (old, "2023-08-01-preview", 600),
    ):
        assert arm.pool("PATCH", pool_name, changes, version).status_code == 200
        assert cooldown_of(arm, pool_name) == seconds
    words = properties_of(arm, pool_name, "2024-10-02-preview")["dynamicPoolConfiguration"]
    assert words == {"executionType": "Timed", "cooldownPeriodInSeconds": 600}


@pytest.mark.parametrize("number", ["", " 5", "5 ", "+5", "0x5", "5.0", "٥", "1e1", [5], {}])
def test_a_text_that_is_no_whole_number_is_refused(arm, pool_name, number):
    status, code, message = error_of(arm.pool("PUT", pool_name, python_pool(maximum=number)))
    assert (status, code) == (400, "InvalidRequestContent")
    assert "maxConcurrentSessions" in message
    assert arm.pool("GET", pool_name).status_code == 404


@pytest.mark.parametrize("length, status", [(3, 200), (63, 200), (2, 400), (64, 400)])
def test_names_have_3_to_63_characters(arm, length, status):
    name = ("p" + uuid.uuid4().hex + "-" * 2 + uuid.uuid4().hex)[:length]
    assert arm.pool("PUT", name, python_pool()).status_code == status
    assert arm.pool("DELETE", name).status_code == 204


def test_an_unknown_member_is_reported_with_its_path(arm, arm_server, pool_name):
    body = python_pool(scaleConfiguration={"maxConcurentSessions": 3})
    answer = arm.pool("PUT", pool_name, body)
    assert answer.status_code == 200
    told = "properties.scaleConfiguration.maxConcurentSessions"
    assert told in answer.headers["x-emulator-warning"]
    journal = requests.get(f"{arm_server.admin}/pools/{pool_name}/journal", timeout=HTTP_SECONDS)
    assert told in journal.json()["value"][-1]["warning"]
    answer = arm.pool("PATCH", pool_name, {"propertys": {}})
    assert "propertys" in answer.headers["x-emulator-warning"]
    assert "x-emulator-warning" not in arm.pool("PATCH", pool_name, {"tags": {}}).headers


def test_an_unknown_namespace(arm):
    status, code, message = error_of(
        arm.send(
            "GET", f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Nothing", version=RESOURCES
        )
    )
    assert (status, code) == (404, "InvalidResourceNamespace")
    assert "Microsoft.Nothing" in message


@pytest.mark.parametrize("kind", ["NotASystemAssigned", "User", "Assigned"])
def test_an_identity_of_an_unknown_type(arm, pool_name, kind):
    answer = arm.pool("PUT", pool_name, python_pool() | {"identity": {"type": kind}})
    assert error_of(answer)[:2] == (400, "InvalidRequestContent")


def test_many_puts_at_once_give_one_pool_with_the_values_of_one_of_them(arm, pool_name):
    def put(number):
        body = python_pool(maximum=number, cooldown=300 + number) | {"tags": {"n": str(number)}}
        return Arm.pool(arm, "PUT", pool_name, body).status_code

    with concurrent.futures.ThreadPoolExecutor(8) as threads:
        assert set(threads.map(put, range(1, 17))) == {200}
    shown = arm.pool("GET", pool_name).json()
    maximum = shown["properties"]["scaleConfiguration"]["maxConcurrentSessions"]
    assert cooldown_of(arm, pool_name) == 300 + maximum
    assert shown["tags"] == {"n": str(maximum)}
    listed = arm.send("GET", f"{arm.scope()}/{POOLS}").json()["value"]
    assert [pool["name"] for pool in listed].count(pool_name) == 1


def test_patches_of_different_members_at_once_do_not_undo_each_other(arm, pool_name):
    arm.pool("PUT", pool_name, python_pool())
    changes = [
        {"properties": {"scaleConfiguration": {"maxConcurrentSessions": 9}}},
        {"properties": {"dynamicPoolConfiguration": {"cooldownPeriodInSeconds": 777}}},
        {"properties": {"secrets": [{"name": "s", "value": "v"}]}},
        *({"tags": {f"t{i}": "x"}} for i in range(8)),
    ]
    with concurrent.futures.ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda body: arm.pool("PATCH", pool_name, body), changes))
    assert {answer.status_code for answer in answers} == {200}
    shown = arm.pool("GET", pool_name).json()
    assert len(shown["tags"]) == 8
    assert shown["properties"]["secrets"] == [{"name": "s"}]
    assert shown["properties"]["scaleConfiguration"] == {"maxConcurrentSessions": 9}
    assert cooldown_of(arm, pool_name) == 777


def test_exact_servers_hold_the_range_of_the_cooldown_in_patches_and_old_words(emulator_factory):
    arm = Arm(emulator_factory("--exact", "--ready-sessions", "0", "--no-zygote"))
    old = {"executionType": "Timed", "cooldownPeriodInSeconds": "299"}
    body = python_pool(dynamicPoolConfiguration=old)
    assert arm.pool("PUT", "a-pool", body, "2024-02-02-preview").status_code == 400
    assert arm.pool("PUT", "a-pool", python_pool()).status_code == 200
    for wanted, status in ((299, 400), (3601, 400), (301, 200)):
        changes = {"properties": {"dynamicPoolConfiguration": {"cooldownPeriodInSeconds": wanted}}}
        assert arm.pool("PATCH", "a-pool", changes).status_code == status
    assert cooldown_of(arm, "a-pool") == 301


def test_a_pool_of_a_deleted_group_is_gone_and_its_name_refused(arm, pool_name):
    group = f"group-{uuid.uuid4().hex[:8]}"
    other = Arm.__new__(Arm)
    other.__dict__.update(arm.__dict__, group=group)
    assert other.create_group(group).status_code == 201
    created = other.pool("PUT", pool_name, python_pool()).json()
    assert other.send("DELETE", other.scope(), version=RESOURCES).status_code == 202
    assert error_of(other.pool("GET", pool_name))[:2] == (404, "ResourceGroupNotFound")
    assert error_of(other.pool("PATCH", pool_name, {}))[:2] == (404, "ResourceGroupNotFound")
    path = created["properties"]["poolManagementEndpoint"] + "/listSessions"
    assert other.send("GET", path, None, "2025-10-02-preview").status_code == 404
