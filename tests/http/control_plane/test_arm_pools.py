"""`Microsoft.App/sessionPools`: what a client that creates, reads, changes and deletes a pool gets
back (api-spec/CONTROL-PLANE.md sections 1.1 to 1.5)."""

import re

import pytest

from support.arm import Arm, error_of, python_pool
from support.waiting import wait_until

VERSIONS = (
    "2023-08-01-preview", "2023-11-02-preview", "2024-02-02-preview", "2024-08-02-preview",
    "2024-10-02-preview", "2025-01-01", "2025-02-02-preview", "2025-07-01", "2025-10-02-preview",
    "2026-01-01", "2026-03-02-preview", "2026-07-01",
)  # fmt: skip
BEFORE_LIFECYCLE = VERSIONS[:5]
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?"


def test_the_answer_to_a_put_is_the_recorded_one(arm, pool_name):
    answer = arm.pool("PUT", pool_name, python_pool(), "2025-10-02-preview")
    assert answer.status_code == 200
    created = answer.json()
    assert list(created) == ["id", "name", "type", "location", "systemData", "properties"]
    assert created["id"] == arm.pool_id(pool_name)
    assert created["type"] == "Microsoft.App/sessionpools"
    assert created["location"] == "North Europe"
    assert re.fullmatch(TIME + "Z", created["systemData"]["createdAt"])
    assert list(created["properties"].items()) == [
        ("environmentId", None),
        ("poolManagementType", "Dynamic"),
        ("containerType", "PythonLTS"),
        ("scaleConfiguration", {"maxConcurrentSessions": 10}),
        (
            "dynamicPoolConfiguration",
            {"lifecycleConfiguration": {"lifecycleType": "Timed", "cooldownPeriodInSeconds": 300}},
        ),
        ("sessionNetworkConfiguration", {"status": "EgressDisabled"}),
        ("provisioningState", "Succeeded"),
        (
            "poolManagementEndpoint",
            f"{arm.url}{arm.scope()}/sessionPools/{pool_name}",
        ),
        ("managedIdentitySettings", None),
        ("mcpServerSettings", None),
    ]
    assert answer.headers["api-supported-versions"].startswith("2023-08-01-preview, 2023-11-02-pre")
    assert answer.headers["content-type"] == "application/json; charset=utf-8"


def test_get_and_list_show_identity_and_times_without_zone(arm, pool_name):
    arm.pool("PUT", pool_name, python_pool())
    shown = arm.pool("GET", pool_name).json()
    assert shown["identity"] == {"type": "None"}
    assert shown["properties"]["managedIdentitySettings"] == []
    assert re.fullmatch(TIME, shown["systemData"]["createdAt"])
    for path in (arm.scope(), arm.scope().rsplit("/resourceGroups")[0]):
        listed = arm.send("GET", f"{path}/providers/Microsoft.App/sessionPools").json()
        assert list(listed) == ["value"]
        assert shown in listed["value"]


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_that_the_provider_lists_is_taken_and_answered_in_its_words(
    arm, pool_name, version
):
    old = {"executionType": "Timed", "cooldownPeriodInSeconds": 450}
    new = {"lifecycleConfiguration": {"lifecycleType": "Timed", "cooldownPeriodInSeconds": 450}}
    for sent in (old, new):
        body = python_pool(dynamicPoolConfiguration=sent)
        created = arm.pool("PUT", pool_name, body, version)
        assert created.status_code == 200, created.text
        shown = created.json()["properties"]["dynamicPoolConfiguration"]
        assert shown == (old if version in BEFORE_LIFECYCLE else new)
    properties = arm.pool("GET", pool_name, version=version).json()["properties"]
    assert ("managedIdentitySettings" in properties) == (version >= "2024-10-02-preview")
    assert ("mcpServerSettings" in properties) == (version >= "2025-02-02-preview")


def test_the_provider_lists_the_versions(arm):
    provider = arm.send(
        "GET", f"/subscriptions/{arm.scope().split('/')[2]}/providers/Microsoft.App"
    )
    types = {one["resourceType"]: one for one in provider.json()["resourceTypes"]}
    assert sorted(types["sessionPools"]["apiVersions"]) == sorted(VERSIONS)


def test_the_body_of_the_cli_is_taken(arm, pool_name):
    """The body has every member, including nulls, and the cooldown as a string (recorded)."""
    body = {
        "location": "northeurope",
        "properties": {
            "environmentId": None,
            "poolManagementType": "Dynamic",
            "containerType": "PythonLTS",
            "customContainerTemplate": None,
            "secrets": None,
            "dynamicPoolConfiguration": {
                "executionType": "Timed",
                "cooldownPeriodInSeconds": "300",
            },
            "scaleConfiguration": {"maxConcurrentSessions": 100, "readySessionInstances": 5},
            "sessionNetworkConfiguration": {"status": "EgressDisabled"},
        },
        "identity": {"type": "None", "userAssignedIdentities": None},
    }
    answer = arm.pool("PUT", pool_name, body, "2024-02-02-preview")
    assert answer.status_code == 200, answer.text
    properties = answer.json()["properties"]
    assert properties["scaleConfiguration"] == {"maxConcurrentSessions": 100}
    assert properties["dynamicPoolConfiguration"]["cooldownPeriodInSeconds"] == 300
    assert "readySessionInstances" in answer.headers["x-emulator-warning"]


def test_names_of_members_and_values_compare_without_case(arm, pool_name):
    body = {
        "Location": "East US 2",
        "PROPERTIES": {
            "containertype": "pythonlts",
            "poolManagementType": "dynamic",
            "dynamicPoolConfiguration": {
                "executionType": "timed",
                "coolDownPeriodInSeconds": "600",
            },
            "sessionNetworkConfiguration": {"status": "egressDisabled"},
            "mcpServerSettings": {"isMCPServerEnabled": False},
            "unknownMember": {"a": 1},
        },
    }
    created = arm.pool("PUT", pool_name, body, "2024-10-02-preview").json()
    assert created["location"] == "East US 2"
    assert created["properties"]["containerType"] == "PythonLTS"
    assert created["properties"]["dynamicPoolConfiguration"]["cooldownPeriodInSeconds"] == 600


def test_a_path_in_other_words_is_the_same_pool(arm, pool_name):
    """az resource sends lower case and a doubled slash."""
    path = arm.pool_id(pool_name).replace("resourceGroups", "resourcegroups")
    path = path.replace("Microsoft.App/", "Microsoft.App//")
    assert arm.send("PUT", path, python_pool()).status_code == 200
    other = arm.pool_id(pool_name.upper()).replace("Microsoft.App", "MICROSOFT.APP") + "/"
    assert arm.send("GET", other).json()["name"] == pool_name


def test_an_answer_can_be_sent_back(arm, pool_name):
    """`az resource update --set` sends the whole resource with its read-only members."""
    arm.pool("PUT", pool_name, python_pool(maximum=7))
    shown = arm.pool("GET", pool_name).json()
    shown["properties"]["scaleConfiguration"]["maxConcurrentSessions"] = "8"
    answer = arm.pool("PUT", pool_name, shown)
    assert answer.status_code == 200, answer.text
    assert "x-emulator-warning" not in answer.headers
    assert answer.json()["properties"]["scaleConfiguration"] == {"maxConcurrentSessions": 8}


def test_patch_changes_what_it_names_at_every_depth(arm, pool_name):
    arm.pool(
        "PUT", pool_name, python_pool(maximum=7, cooldown=900) | {"tags": {"a": "1", "b": "2"}}
    )
    created = arm.pool("GET", pool_name).json()

    def patched(body, version="2026-07-01"):
        answer = arm.pool("PATCH", pool_name, body, version)
        assert answer.status_code == 200, answer.text
        return answer.json()

    new = {
        "dynamicPoolConfiguration": {"lifecycleConfiguration": {"cooldownPeriodInSeconds": "500"}}
    }
    old = {"dynamicPoolConfiguration": {"cooldownPeriodInSeconds": "600"}}
    assert _cooldown(patched({"properties": new})) == 500
    assert _cooldown(patched({"properties": old})) == 600
    shown = patched({"tags": {"b": None, "c": "3"}})
    assert shown["tags"] == {"a": "1", "c": "3"}
    assert shown["properties"]["scaleConfiguration"] == {"maxConcurrentSessions": 7}
    assert _cooldown(shown) == 600
    scale = {"properties": {"scaleConfiguration": {"maxConcurrentSessions": 5}}}
    shown = patched(scale, "2024-02-02-preview")
    assert shown["properties"]["scaleConfiguration"] == {"maxConcurrentSessions": 5}
    assert shown["systemData"]["createdAt"] == created["systemData"]["createdAt"]
    assert shown["systemData"]["lastModifiedAt"] > created["systemData"]["lastModifiedAt"]


def _cooldown(pool):
    dynamic = pool["properties"]["dynamicPoolConfiguration"]
    return dynamic["lifecycleConfiguration"]["cooldownPeriodInSeconds"]


def test_a_second_put_replaces_the_pool(arm, pool_name):
    arm.pool("PUT", pool_name, python_pool(maximum=7, cooldown=900) | {"tags": {"a": "1"}})
    body = {"location": "northeurope", "properties": {"containerType": "PythonLTS"}}
    replaced = arm.pool("PUT", pool_name, body).json()
    assert "tags" not in replaced
    assert _cooldown(replaced) == 300
    assert replaced["properties"]["scaleConfiguration"] == {"maxConcurrentSessions": 100}


def test_secrets_are_shown_by_name_only(arm, pool_name):
    secrets = [{"name": "first", "value": "hidden-value"}, {"name": "second", "value": "x"}]
    created = arm.pool("PUT", pool_name, python_pool(secrets=secrets))
    assert created.json()["properties"]["secrets"] == [{"name": "first"}, {"name": "second"}]
    body = {"properties": {"secrets": [{"name": "third", "value": "hidden-value"}]}}
    arm.pool("PATCH", pool_name, body)
    shown = arm.pool("GET", pool_name)
    assert shown.json()["properties"]["secrets"] == [{"name": "third"}]
    assert "hidden-value" not in shown.text


def test_identities_are_kept_and_the_client_is_warned(arm, pool_name):
    user = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/identities/i"
    identity = {"type": "SystemAssigned,UserAssigned", "userAssignedIdentities": {user: {}}}
    answer = arm.pool("PUT", pool_name, python_pool() | {"identity": identity})
    shown = answer.json()["identity"]
    assert shown["type"] == "SystemAssigned, UserAssigned"
    assert set(shown["userAssignedIdentities"][user]) == {"principalId", "clientId"}
    assert "identity" in answer.headers["x-emulator-warning"]
    arm.pool("PATCH", pool_name, {"tags": {"a": "b"}})
    assert arm.pool("GET", pool_name).json()["identity"] == shown


def test_delete_is_204_with_and_without_a_pool(arm, pool_name):
    arm.pool("PUT", pool_name, python_pool())
    for _ in range(2):
        answer = arm.pool("DELETE", pool_name)
        assert (answer.status_code, answer.content) == (204, b"")
    status, code, message = error_of(arm.pool("GET", pool_name))
    assert (status, code) == (404, "ResourceNotFound")
    assert f"Microsoft.App/sessionPools/{pool_name}" in message and "'local'" in message


def test_the_pool_of_arm_is_the_one_of_the_admin_api(arm, arm_server, pool_name):
    import requests

    arm.pool("PUT", pool_name, python_pool(maximum=3, cooldown=301))
    url = f"{arm_server.admin}/pools/{pool_name}"
    declared = requests.get(url, timeout=60).json()
    assert (declared["maxSessions"], declared["cooldownPeriod"]) == (3, 301)
    changed = requests.patch(url, json={"maxSessions": 4}, timeout=60)
    assert changed.status_code == 200
    scale = arm.pool("GET", pool_name).json()["properties"]["scaleConfiguration"]
    assert scale == {"maxConcurrentSessions": 4}


def test_a_pool_that_only_a_request_named_is_no_resource(arm, arm_server, pool_name):
    import requests

    endpoint = f"{arm_server.http}{arm.scope()}/sessionPools/{pool_name}"
    listed = requests.get(
        f"{endpoint}/listSessions",
        params={"api-version": "2025-10-02-preview"},
        headers={"Authorization": "Bearer any"},
        timeout=60,
    )
    assert listed.status_code == 200
    assert arm.pool("GET", pool_name).status_code == 404
    assert arm.pool("PUT", pool_name, python_pool()).status_code == 200


def test_the_default_pool_exists_and_stays(arm):
    assert arm.pool("GET", "default").status_code == 200
    status, code, _ = error_of(arm.pool("DELETE", "default"))
    assert (status, code) == (409, "Conflict")
    assert arm.pool("GET", "default").status_code == 200


@pytest.mark.parametrize("action", ["fetchMcpServerCredentials", "rotateMCPServerCredentials"])
def test_no_pool_has_an_mcp_server(arm, pool_name, action):
    arm.pool("PUT", pool_name, python_pool())
    answer = arm.send("POST", f"{arm.pool_id(pool_name)}/{action}")
    assert error_of(answer)[:2] == (400, "SessionMCPServerNotEnabled")


def test_requests_are_in_log_and_journal(arm, arm_server, pool_name):
    import requests

    arm.pool("PUT", pool_name, python_pool(scaleConfiguration={"readySessionInstances": 5}))
    journal = requests.get(f"{arm_server.admin}/pools/{pool_name}/journal", timeout=60).json()
    entry = journal["value"][-1]
    assert (entry["operation"], entry["status"]) == ("put_session_pool", 200)
    assert entry["apiVersion"] == "2026-07-01"
    assert "readySessionInstances" in entry["warning"]

    def lines_of_pool():
        return [one for one in arm_server.stderr().splitlines() if pool_name in one]

    # The log is written in the background.
    wait_until(lines_of_pool, "the request is not in the log")
    line = lines_of_pool()[0]
    assert "put_session_pool" in line and "readySessionInstances" in line


def test_a_fault_hits_requests_of_arm_in_its_envelope(arm, arm_server, pool_name):
    import requests

    rule = {
        "match": {"operation": "put_session_pool", "times": 1},
        "effect": {"status": 403, "code": "AuthorizationFailed", "message": "no"},
    }
    faults = f"{arm_server.admin}/pools/{pool_name}/faults"
    assert requests.post(faults, json=rule, timeout=60).status_code < 300
    assert error_of(arm.pool("PUT", pool_name, python_pool())) == (403, "AuthorizationFailed", "no")
    assert arm.pool("PUT", pool_name, python_pool()).status_code == 200


def test_times_follow_the_clock_of_the_server(emulator_factory, pool_name):
    import requests

    server = emulator_factory("--ready-sessions", "0", "--no-zygote")
    arm = Arm(server)
    clock = {"mode": "frozen", "now": "2031-02-03T04:05:06Z"}
    assert requests.put(f"{server.admin}/clock", json=clock, timeout=60).status_code == 200
    created = arm.pool("PUT", pool_name, python_pool()).json()
    assert created["systemData"]["createdAt"] == "2031-02-03T04:05:06Z"
