"""azure-mgmt-appcontainers, unmodified: a pool from creation to deletion, with a token that
azure-identity gets from the server itself; then the data plane at the endpoint that the client
read."""

import pytest
import requests
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.core.pipeline.transport import HttpTransport
from azure.identity import ManagedIdentityCredential
from azure.mgmt.appcontainers import ContainerAppsAPIClient

from support.arm import SUBSCRIPTION
from support.emulator import Emulator

LONGEST_PAUSE = 1  # second that the server asks for; by itself, the client waits 30 between polls


def client_of(server, monkeypatch):
    monkeypatch.setenv("IDENTITY_ENDPOINT", server.identity_endpoint)
    monkeypatch.setenv("IDENTITY_HEADER", "any")
    return ContainerAppsAPIClient(
        ManagedIdentityCredential(),
        SUBSCRIPTION,
        base_url=server.https,
        credential_scopes=[f"{server.https}/.default"],
        connection_verify=server.authority,
    )


def envelope(maximum):
    return {
        "location": "northeurope",
        "properties": {
            "containerType": "PythonLTS",
            "poolManagementType": "Dynamic",
            "scaleConfiguration": {"maxConcurrentSessions": maximum},
            "dynamicPoolConfiguration": {
                "lifecycleConfiguration": {
                    "lifecycleType": "Timed",
                    "cooldownPeriodInSeconds": 300,
                }
            },
            "sessionNetworkConfiguration": {"status": "EgressDisabled"},
        },
    }


@pytest.fixture(scope="module", params=["as-azure", "long-running"])
def sdk_server(request):
    server = Emulator(
        "--auth", "claims", "--arm-operations", request.param, "--ready-sessions", "0",
        "--no-zygote",
    )  # fmt: skip
    yield server
    server.stop()


def test_a_pool_from_creation_to_deletion(sdk_server, monkeypatch, pool_name):
    pauses = []
    monkeypatch.setattr(HttpTransport, "sleep", lambda _, seconds: pauses.append(seconds))
    pools = client_of(sdk_server, monkeypatch).container_apps_session_pools
    created = pools.begin_create_or_update("local", pool_name, envelope(3)).result()
    assert created.provisioning_state == "Succeeded"
    assert created.scale_configuration.max_concurrent_sessions == 3
    assert created.location == "North Europe"
    assert pools.get("local", pool_name).id == created.id
    assert pool_name in [one.name for one in pools.list_by_resource_group("local")]
    assert pool_name in [one.name for one in pools.list_by_subscription()]
    change = {"properties": {"scaleConfiguration": {"maxConcurrentSessions": 5}}}
    changed = pools.begin_update("local", pool_name, change).result()
    assert changed.scale_configuration.max_concurrent_sessions == 5
    assert (
        changed.dynamic_pool_configuration.lifecycle_configuration.cooldown_period_in_seconds == 300
    )
    pools.begin_delete("local", pool_name).result()
    with pytest.raises(ResourceNotFoundError) as refused:
        pools.get("local", pool_name)
    assert refused.value.error.code == "ResourceNotFound"
    assert max(pauses, default=0) <= LONGEST_PAUSE, pauses


def test_the_endpoint_that_the_client_reads_answers(sdk_server, monkeypatch, pool_name):
    pools = client_of(sdk_server, monkeypatch).container_apps_session_pools
    created = pools.begin_create_or_update("local", pool_name, envelope(2)).result()
    token = ManagedIdentityCredential().get_token("https://dynamicsessions.io/.default").token
    answer = requests.post(
        f"{created.pool_management_endpoint}/executions",
        params={"identifier": "a-session", "api-version": "2025-10-02-preview"},
        headers={"Authorization": f"Bearer {token}"},
        json={"codeInputType": "Inline", "executionType": "Synchronous", "code": "6 * 7"},
        verify=sdk_server.authority,
        timeout=60,
    )
    assert answer.json()["result"]["executionResult"] == 42


def test_a_refusal_reaches_the_user_of_the_client(sdk_server, monkeypatch, pool_name):
    pools = client_of(sdk_server, monkeypatch).container_apps_session_pools
    wrong = envelope(3)
    wrong["properties"]["poolManagementType"] = "Manual"
    with pytest.raises(HttpResponseError) as refused:
        pools.begin_create_or_update("local", pool_name, wrong)
    assert refused.value.error.code == "SessionPoolInvalidPoolManagementType"
    with pytest.raises(ResourceNotFoundError):
        pools.get("local", pool_name)
