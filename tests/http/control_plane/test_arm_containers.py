"""Pools of custom containers: the control plane makes, shows, changes and deletes them as Azure does
(api-spec/CONTROL-PLANE.md section 1.6); their sessions cannot run here."""

import concurrent.futures
import gzip
import json

import pytest
import requests

from support.arm import ENVIRONMENT, SUBSCRIPTION, Arm, container_pool, error_of, python_pool
from support.emulator import HTTP_SECONDS, Emulator, run_to_end
from support.waiting import wait_until

SECRET = "a value that nothing shows"
REGISTRY = {"server": "a.azurecr.io", "username": "me", "passwordSecretRef": "password"}
USER = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/a"
VERSION = "2025-10-02-preview"
SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"


@pytest.fixture
def made(arm, pool_name):
    def put(body, version=VERSION):
        answer = arm.pool("PUT", pool_name, body, version)
        assert answer.status_code == 201, answer.text
        return arm.pool("GET", pool_name, None, version).json()

    return put


def of_admin(server, path):
    answer = requests.get(f"{server.admin}{path}", timeout=HTTP_SECONDS)
    assert answer.status_code == 200, answer.text
    return answer


def ended(arm, answer, header="location"):
    """The answer to the first poll of an operation."""
    assert answer.headers["retry-after"] == "1"
    return arm.send("GET", answer.headers[header], version=None)


def test_every_change_is_an_operation_that_ends_at_its_first_poll(arm, pool_name):
    put = arm.pool("PUT", pool_name, container_pool(), VERSION)
    assert put.status_code == 201
    assert put.json()["properties"]["provisioningState"] == "InProgress"
    assert put.headers["x-ms-async-operation-timeout"] == "PT30M"
    address = put.headers["azure-asyncoperation"]
    assert "/locations/northeurope/operationStatuses/" in address
    status = ended(arm, put, "azure-asyncoperation")
    assert status.json()["status"] == "Succeeded"

    patch = arm.pool("PATCH", pool_name, {"tags": {"a": "b"}}, VERSION)
    assert (patch.status_code, patch.content) == (202, b"")
    assert ended(arm, patch).json()["tags"] == {"a": "b"}

    delete = arm.pool("DELETE", pool_name, None, VERSION)
    assert delete.status_code == 202
    assert "/locations/northeurope/operationResults/" in delete.headers["location"]
    wait_until(lambda: ended(arm, delete).status_code == 204, "the deletion does not end")
    assert arm.pool("DELETE", pool_name, None, VERSION).status_code == 204


def test_a_pool_is_shown_with_its_template_and_its_status(made, arm, pool_name):
    shown = made(container_pool())["properties"]
    assert list(shown) == [
        "environmentId", "poolManagementType", "containerType", "scaleConfiguration",
        "dynamicPoolConfiguration", "customContainerTemplate", "sessionNetworkConfiguration",
        "provisioningState", "nodeCount", "poolManagementEndpoint", "templateUpdateStatus",
        "managedIdentitySettings", "mcpServerSettings",
    ]  # fmt: skip
    assert shown["environmentId"] == ENVIRONMENT
    assert shown["poolManagementEndpoint"] == f"{arm.url}{arm.scope()}/sessionPools/{pool_name}"
    counts = shown["templateUpdateStatus"]["activeTemplate"]["status"]
    assert (counts["expectedCount"], counts["crashCount"]) == (2, 0)


def test_members_of_a_container_come_back_in_order_and_without_nulls(made):
    probe = {
        "type": "liveness",
        "httpGet": {"path": "/health", "port": "8080", "scheme": "https", "httpHeaders": []},
        "periodSeconds": "5",
    }
    container = {
        "command": ["/bin/sh"],
        "args": ["-c", "sleep 1"],
        "env": [{"name": "A", "value": "1"}, {"name": "B", "secretRef": "password"}],
        "resources": {"cpu": "2", "memory": "4Gi"},
        "probes": [probe, {"type": "Startup", "tcpSocket": {"port": 80}}],
        "volumeMounts": None,
    }
    secrets = [{"name": "password", "value": SECRET}]
    pool = made(container_pool(container, {"registryCredentials": REGISTRY}, secrets=secrets))
    assert SECRET not in json.dumps(pool)
    assert pool["properties"]["secrets"] == [{"name": "password"}]
    template = pool["properties"]["customContainerTemplate"]
    assert template["registryCredentials"] == {**REGISTRY, "identity": None}
    (shown,) = template["containers"]
    assert list(shown) == ["image", "name", "command", "args", "env", "resources", "probes"]
    assert shown["resources"] == {"cpu": 2.0, "memory": "4Gi"}
    assert shown["env"] == container["env"]
    assert [one["type"] for one in shown["probes"]] == ["Liveness", "Startup"]
    assert shown["probes"][0]["httpGet"]["port"] == 8080


def test_a_put_shows_the_template_that_is_still_active(arm, pool_name, made):
    made(container_pool())
    put = arm.pool("PUT", pool_name, container_pool({"image": "other:1"}), VERSION).json()
    properties = put["properties"]
    assert properties["customContainerTemplate"]["containers"][0]["image"] == "other:1"
    active = properties["templateUpdateStatus"]["activeTemplate"]
    assert active["containers"][0]["image"] == "mcr.microsoft.com/k8se/quickstart:latest"
    after = arm.pool("GET", pool_name).json()["properties"]["templateUpdateStatus"]
    assert after["activeTemplate"]["containers"][0]["image"] == "other:1"


def test_a_patch_changes_what_it_names(arm, pool_name, made):
    secrets = [{"name": "password", "value": SECRET}]
    made(container_pool(None, {"registryCredentials": REGISTRY}, secrets=secrets))

    def patched(**properties):
        answer = arm.pool("PATCH", pool_name, {"properties": properties}, VERSION)
        assert answer.status_code == 202, answer.text
        return ended(arm, answer).json()["properties"]

    shown = patched(scaleConfiguration={"maxConcurrentSessions": 12})
    assert shown["scaleConfiguration"] == {"readySessionInstances": 2, "maxConcurrentSessions": 12}
    shown = patched(customContainerTemplate={"ingress": {"targetPort": 8080}})
    template = shown["customContainerTemplate"]
    assert template["ingress"] == {"targetPort": 8080}
    assert template["containers"][0]["name"] == "web"
    assert template["registryCredentials"]["username"] == "me"
    exit_only = {"lifecycleType": "OnContainerExit", "maxAlivePeriodInSeconds": "600"}
    shown = patched(dynamicPoolConfiguration={"lifecycleConfiguration": exit_only})
    lifecycle = shown["dynamicPoolConfiguration"]["lifecycleConfiguration"]
    assert lifecycle == {"lifecycleType": "OnContainerExit", "maxAlivePeriodInSeconds": 600}
    shown = patched(customContainerTemplate={"registryCredentials": None}, secrets=[])
    assert shown["customContainerTemplate"]["registryCredentials"] is None
    assert "secrets" not in shown


def test_identities_without_a_setting_have_the_lifecycle_none(made):
    """Recorded."""
    identity = {"type": "SystemAssigned, UserAssigned", "userAssignedIdentities": {USER: {}}}
    settings = [{"identity": "system", "lifecycle": "Main"}]
    pool = made(container_pool(managedIdentitySettings=settings) | {"identity": identity})
    shown = pool["properties"]["managedIdentitySettings"]
    assert shown == [*settings, {"identity": USER, "lifecycle": "None"}]
    assert list(pool["identity"]) == [
        "type", "principalId", "tenantId", "userAssignedIdentities",
    ]  # fmt: skip


def test_that_the_sessions_cannot_run_is_told(arm, arm_server, pool_name):
    settings = {"isMcpServerEnabled": True}
    put = arm.pool("PUT", pool_name, container_pool(mcpServerSettings=settings), VERSION)
    assert put.json()["properties"]["mcpServerSettings"] is None
    warning = put.headers["x-emulator-warning"]
    assert "CustomContainer cannot run in this emulator" in warning
    assert "mcpServerSettings" in warning
    (entry,) = of_admin(arm_server, f"/pools/{pool_name}/journal").json()["value"]
    assert entry["warning"] == warning
    arm_server.await_log(warning)


PATHS = (
    "code/execute",
    "executions",
    "files",
    "session",
    "health",
    "mcp",
    ".management/stopSession",
)


@pytest.mark.parametrize("path", PATHS)
def test_the_data_plane_refuses_every_request(arm, pool_name, made, path):
    address = made(container_pool())["properties"]["poolManagementEndpoint"]
    answer = arm.send("POST", f"{address}/{path}", {}, VERSION, params={"identifier": "a"})
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["code"] == "SessionRequestNotSupported"
    assert pool_name in error["message"] and "CustomContainer" in error["message"]
    reason = answer.headers["x-emulator-reason"]
    assert pool_name in reason and "CustomContainer" in reason


def test_a_deleted_pool_can_come_back_as_another_type(arm, pool_name, made):
    made(container_pool())
    refused = error_of(arm.pool("PUT", pool_name, python_pool(), VERSION))
    assert refused[0] == 400 and "container type" in refused[2]
    arm.pool("DELETE", pool_name)
    assert arm.pool("PUT", pool_name, python_pool(), VERSION).status_code == 200


def test_every_environment_exists(arm):
    shown = arm.send("GET", ENVIRONMENT, version="2025-07-01").json()
    assert shown["id"] == ENVIRONMENT
    assert shown["properties"]["provisioningState"] == "Succeeded"


def test_lists_and_the_admin_api_have_it(arm, arm_server, pool_name, made):
    made(container_pool())
    listed = arm.send("GET", f"{arm.scope()}/providers/Microsoft.App/sessionPools").json()["value"]
    (shown,) = [one for one in listed if one["name"] == pool_name]
    assert shown["properties"]["customContainerTemplate"]["ingress"] == {"targetPort": 80}
    admin = of_admin(arm_server, f"/pools/{pool_name}").json()
    assert admin["containerType"] == "CustomContainer"
    assert admin["state"]["readySessions"] == 0


def test_a_template_makes_one(arm, pool_name):
    resource = {
        "type": "Microsoft.App/sessionPools",
        "apiVersion": "2025-07-01",
        "name": pool_name,
        **container_pool(),
    }
    whole = {"$schema": SCHEMA, "contentVersion": "1.0.0.0", "resources": [resource]}
    properties = {"mode": "Incremental", "template": whole}
    path = f"{arm.scope()}/providers/Microsoft.Resources/deployments/{pool_name}"
    deployed = arm.send("PUT", path, {"properties": properties}, "2025-04-01")
    assert deployed.json()["properties"]["provisioningState"] == "Succeeded", deployed.text
    assert arm.pool("GET", pool_name).json()["properties"]["nodeCount"] == 1


def template(**members):
    return container_pool(None, members)


def container(**members):
    return container_pool(members)


def lifecycle(**members):
    return container_pool(dynamicPoolConfiguration={"lifecycleConfiguration": members})


def probes(*each):
    return container(probes=list(each))


TCP = {"tcpSocket": {"port": 80}}
WRONG = {
    "no environment": (container_pool(environmentId=None), "properties.environmentId"),
    "an environment that is none": (container_pool(environmentId="/a/b"), "environmentId"),
    "no template": (container_pool(customContainerTemplate=None), "containers"),
    "no container": (template(containers=[]), "customContainerTemplate.containers"),
    "a container that is null": (template(containers=[None]), "containers[0]"),
    "two containers of one name": (
        template(containers=[{"image": "a", "name": "b"}, {"image": "c", "name": "b"}]),
        "containers[1].name",
    ),
    "no image": (container(image=None), "containers[0].image"),
    "an empty image": (container(image=""), "containers[0].image"),
    "no processor": (container(resources={"cpu": 0}), "resources.cpu"),
    "a processor in words": (container(resources={"cpu": "half"}), "resources.cpu"),
    "memory without a unit": (container(resources={"memory": "1"}), "resources.memory"),
    "memory of two points": (container(resources={"memory": "1..5Gi"}), "resources.memory"),
    "a command that is a text": (container(command="sh"), "containers[0].command"),
    "an argument that is a number": (container(args=[1]), "containers[0].args"),
    "a variable without name": (container(env=[{"value": "1"}]), "env[0].name"),
    "an unknown secret": (container(env=[{"name": "A", "secretRef": "s"}]), "env[0].secretRef"),
    "two values": (
        container(env=[{"name": "A", "value": "1", "secretRef": "s"}]),
        "env[0].secretRef",
    ),
    "a port that is none": (template(ingress={"targetPort": 65536}), "ingress.targetPort"),
    "no port": (template(ingress={}), "ingress.targetPort"),
    "a registry without server": (template(registryCredentials={"username": "a"}), "server"),
    "a password that is no secret": (template(registryCredentials=REGISTRY), "passwordSecretRef"),
    "a probe of a third type": (probes({"type": "Readiness", **TCP}), "probes[0].type"),
    "two probes of one type": (probes(*[{"type": "Startup", **TCP}] * 2), "probes[1].type"),
    "a probe without target": (probes({"type": "Startup"}), "probes[0].httpGet"),
    "a probe that waits too long": (
        probes({"type": "Startup", **TCP, "initialDelaySeconds": 61}),
        "initialDelaySeconds",
    ),
    "a third lifecycle": (lifecycle(lifecycleType="Never"), "lifecycleType"),
    "a cooldown on exit": (
        lifecycle(lifecycleType="OnContainerExit", cooldownPeriodInSeconds=300),
        "cooldownPeriodInSeconds",
    ),
    "a life of timed sessions": (lifecycle(maxAlivePeriodInSeconds=60), "maxAlivePeriodInSeconds"),
    "two secrets of one name": (
        container_pool(secrets=[{"name": "a", "value": "1"}, {"name": "a", "value": "2"}]),
        "secrets[1].name",
    ),
}


@pytest.mark.parametrize("body, member", WRONG.values(), ids=WRONG)
def test_a_mistake_is_named_and_makes_no_pool(arm, pool_name, body, member):
    status, _, message = error_of(arm.pool("PUT", pool_name, body, VERSION))
    assert status == 400
    assert member in message
    assert arm.pool("GET", pool_name).status_code == 404


@pytest.mark.parametrize("ready, maximum", [(0, 10), (10, 10), (11, 10), (None, 1)])
def test_ready_sessions_are_above_nothing_and_below_the_maximum(arm, pool_name, ready, maximum):
    scale = {"maxConcurrentSessions": maximum, "readySessionInstances": ready}
    refused = error_of(arm.pool("PUT", pool_name, container_pool(scaleConfiguration=scale)))
    assert refused[:2] == (400, "SessionPoolInvalidReadySessionInstances")
    assert "greater than 0 and smaller than maxConcurrentSessions" in refused[2]


def test_a_wrong_patch_changes_nothing(arm, pool_name, made):
    secrets = [{"name": "password", "value": SECRET}]
    before = made(container_pool(None, {"registryCredentials": REGISTRY}, secrets=secrets))
    for properties in (
        {"secrets": []},  # the registry refers to it
        {"scaleConfiguration": {"maxConcurrentSessions": 2}},
        {"environmentId": ENVIRONMENT + "-2"},
        {"containerType": "PythonLTS"},
        {"managedIdentitySettings": [{"identity": "system"}]},
        {"customContainerTemplate": {"containers": []}},
    ):
        refused = arm.pool("PATCH", pool_name, {"properties": properties}, VERSION)
        assert error_of(refused)[0] == 400, refused.text
    assert arm.pool("GET", pool_name, None, VERSION).json() == before


def at_once(*calls):
    with concurrent.futures.ThreadPoolExecutor(len(calls)) as threads:
        return [call.result() for call in [threads.submit(one) for one in calls]]


def test_a_patch_while_a_pool_is_deleted_brings_nothing_back(arm_server, arm, pool_name, made):
    made(container_pool())
    change = {"properties": container_pool({"image": "other:1"})["properties"]}
    deleted, *patched = at_once(
        lambda: Arm(arm_server).pool("DELETE", pool_name),
        *[lambda: Arm(arm_server).pool("PATCH", pool_name, change)] * 3,
    )
    assert deleted.status_code == 202
    assert {answer.status_code for answer in patched} <= {202, 404}
    assert arm.pool("GET", pool_name).status_code == 404


def test_puts_of_two_types_at_once_make_one_pool(arm_server, arm, pool_name):
    bodies = {"CustomContainer": container_pool(), "PythonLTS": python_pool(7)}
    answers = at_once(
        *[
            lambda body=body: Arm(arm_server).pool("PUT", pool_name, body)
            for body in bodies.values()
        ]
    )
    (won,) = [kind for kind, one in zip(bodies, answers, strict=True) if one.status_code < 300]
    (lost,) = [one for one in answers if one.status_code >= 300]
    assert error_of(lost)[0] == 400
    shown = arm.pool("GET", pool_name).json()["properties"]
    assert shown["containerType"] == won
    assert (shown["environmentId"] is None) == (won == "PythonLTS")


def test_a_file_of_a_pool_is_applied(arm, arm_server, pool_name, tmp_path):
    """`pool apply` waits for nothing: the pool is there with the answer to its PUT."""
    file = tmp_path / f"{pool_name}.json"
    file.write_text(json.dumps({"name": pool_name, **container_pool()}))
    ran = run_to_end("pool", "apply", str(file), "--admin-port", arm_server.admin.rsplit(":", 1)[1])
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == f"{arm.pool_id(pool_name)}\n"
    assert arm.pool("GET", pool_name).json()["properties"]["containerType"] == "CustomContainer"


def test_a_server_starts_with_a_file_of_such_a_pool(tmp_path):
    file = tmp_path / "box.json"
    file.write_text(json.dumps({"name": "a-box", **container_pool()}))
    server = Emulator("--pools-file", str(file), "--ready-sessions", "0", "--no-zygote")
    try:
        assert Arm(server).pool("GET", "a-box").json()["properties"]["nodeCount"] == 1
    finally:
        server.stop()


def test_secret_values_are_nowhere():
    """Neither in the log at its most talkative, nor in journal, page, list or snapshot."""
    server = Emulator("--log-level", "debug", "--ready-sessions", "0", "--no-zygote")
    try:
        arm = Arm(server)
        body = container_pool(
            {"env": [{"name": "A", "secretRef": "password"}]},
            {"registryCredentials": REGISTRY},
            secrets=[{"name": "password", "value": SECRET}],
        )
        assert arm.pool("PUT", "a-pool", body, VERSION).status_code == 201
        wrong = {"properties": {"secrets": [{"name": "password", "value": SECRET}, {"value": 1}]}}
        assert arm.pool("PATCH", "a-pool", wrong, VERSION).status_code == 400
        shown = [of_admin(server, path).text for path in ("/pools", "/journal", "/metrics")]
        shown.append(arm.pool("GET", "a-pool").text)
        assert not any(SECRET in one for one in shown)
        snapshot = of_admin(server, "/snapshot").content
        unpacked = gzip.decompress(snapshot) if snapshot[:2] == b"\x1f\x8b" else snapshot
        assert SECRET.encode() not in unpacked
        assert b'"CustomContainer"' not in unpacked
        refused = requests.get(f"{server.admin}/pools/a-pool/snapshot", timeout=HTTP_SECONDS)
        assert refused.status_code == 409
    finally:
        server.stop()
    assert "put_session_pool" in server.stderr() and SECRET not in server.stderr()
