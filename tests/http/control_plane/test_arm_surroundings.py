"""Requests that clients send besides those for session pools: the cloud, subscriptions, providers,
resource groups, lists of resources, roles (api-spec/CONTROL-PLANE.md sections 3.1 and 6)."""

import uuid

import pytest
import requests

from support.arm import (
    CONTRIBUTOR,
    EXECUTOR,
    RESOURCES,
    ROLES,
    SUBSCRIPTION,
    Arm,
    error_of,
    python_pool,
)
from support.emulator import HTTP_SECONDS
from support.waiting import wait_until

HERE = f"/subscriptions/{SUBSCRIPTION}"
A_GUID = "11111111-1111-4111-8111-111111111111"


@pytest.fixture
def group(arm_server):
    """A client whose resource group is new."""
    arm = Arm(arm_server, group=f"group-{uuid.uuid4().hex[:8]}")
    assert arm.create_group(arm.group).status_code == 201
    return arm


def cloud_of(url, version, **how):
    query = {"api-version": version} if version else {}
    answer = requests.get(f"{url}/metadata/endpoints", params=query, timeout=HTTP_SECONDS, **how)
    assert answer.status_code == 200
    return answer.json()


def test_the_cloud_is_described_without_a_token_on_both_ports(arm, arm_server):
    secure = cloud_of(arm.url, "2022-09-01", verify=arm_server.authority)
    assert secure["name"] == "dynsessions"
    assert secure["resourceManager"] == arm.url
    assert secure["authentication"]["loginEndpoint"] == arm.url
    assert secure["authentication"]["audiences"][0] == arm.url
    assert secure["suffixes"] == {}
    assert not [value for value in secure.values() if "azure.com" in str(value)]
    for version in (None, "2019-05-01"):
        (plain,) = cloud_of(arm_server.http, version)
        assert plain["resourceManager"] == arm.url
    assert cloud_of(arm.url, "2015-01-01", verify=arm_server.authority)["galleryEndpoint"]


def test_without_https_there_is_no_cloud(emulator_factory):
    server = emulator_factory("--https-port", "off", "--ready-sessions", "0", "--no-zygote")
    answer = requests.get(f"{server.http}/metadata/endpoints", timeout=HTTP_SECONDS)
    assert error_of(answer)[:2] == (400, "HttpsRequired")
    assert "--https-port" in answer.headers["x-emulator-reason"]


def test_metadata_alone_is_the_data_planes(arm_server):
    answer = requests.get(
        f"{arm_server.https}/metadata",
        params={"api-version": "2025-10-02-preview"},
        headers={"Authorization": "Bearer any"},
        verify=arm_server.authority,
        timeout=HTTP_SECONDS,
    )
    assert answer.status_code == 200


def test_subscriptions_tenants_and_locations(arm, arm_server):
    (subscription,) = arm.send("GET", "/subscriptions", version="2022-12-01").json()["value"]
    assert subscription["id"] == HERE
    assert subscription["subscriptionId"] == SUBSCRIPTION
    assert subscription["tenantId"] == arm_server.tenant
    assert subscription["state"] == "Enabled"
    assert arm.send("GET", HERE, version="2022-12-01").json() == subscription
    (tenant,) = arm.send("GET", "/tenants", version="2022-12-01").json()["value"]
    assert tenant["tenantId"] == arm_server.tenant
    locations = arm.send("GET", f"{HERE}/locations", version="2022-12-01").json()["value"]
    assert {"name": "northeurope", "displayName": "North Europe"}.items() <= next(
        one.items() for one in locations if one["name"] == "northeurope"
    )


def test_providers_are_registered(arm):
    listed = arm.send("GET", f"{HERE}/providers", version=RESOURCES).json()["value"]
    assert "Microsoft.App" in [one["namespace"] for one in listed]
    one = arm.send("GET", f"{HERE}/providers/microsoft.app", version=RESOURCES).json()
    assert one["registrationState"] == "Registered"
    (pools,) = [one for one in one["resourceTypes"] if one["resourceType"] == "sessionPools"]
    assert "North Europe" in pools["locations"] and "SupportsTags" in pools["capabilities"]
    registered = arm.send("POST", f"{HERE}/providers/Microsoft.App/register", version=RESOURCES)
    assert registered.json() == one
    unknown = arm.send("GET", f"{HERE}/providers/Microsoft.Web", version=RESOURCES)
    assert error_of(unknown)[:2] == (404, "InvalidResourceNamespace")


def test_a_resource_group_from_creation_to_deletion(group):
    path = f"{HERE}/resourcegroups/{group.group}"
    shown = group.send("GET", path, version=RESOURCES).json()
    assert shown["id"] == group.scope()
    assert shown["type"] == "Microsoft.Resources/resourceGroups"
    assert shown["location"] == "northeurope"
    assert shown["properties"] == {"provisioningState": "Succeeded"}
    assert group.send("HEAD", path, version=RESOURCES).status_code == 204
    again = group.send("PUT", path, {"location": "North Europe", "tags": {"a": "b"}}, RESOURCES)
    assert (again.status_code, again.json()["tags"]) == (200, {"a": "b"})
    moved = group.send("PUT", path, {"location": "eastus"}, RESOURCES)
    assert error_of(moved)[:2] == (409, "InvalidResourceGroupLocation")
    listed = group.send("GET", f"{HERE}/resourcegroups", version=RESOURCES).json()["value"]
    assert {"local", group.group} <= {one["name"] for one in listed}

    assert group.pool("PUT", "a-pool", python_pool()).status_code == 200
    deleted = group.send("DELETE", path, version=RESOURCES)
    assert deleted.status_code == 202 and deleted.headers["retry-after"] == "1"
    poll = deleted.headers["location"]
    ended = lambda: group.send("GET", poll, version=None).status_code == 200  # noqa: E731
    wait_until(ended, "the deletion does not end")
    assert group.send("HEAD", path, version=RESOURCES).status_code == 404
    assert error_of(group.send("GET", path))[:2] == (404, "ResourceGroupNotFound")
    assert error_of(group.pool("GET", "a-pool"))[:2] == (404, "ResourceGroupNotFound")


def test_the_servers_own_group_exists_and_stays(arm):
    path = f"{HERE}/resourcegroups/local"
    assert arm.send("HEAD", path, version=RESOURCES).status_code == 204
    assert arm.send("PUT", path, {"location": "westus3"}, RESOURCES).status_code == 200
    assert error_of(arm.send("DELETE", path))[:2] == (409, "Conflict")


@pytest.mark.parametrize(
    "name, body, code",
    [
        ("new", {}, "LocationRequired"),
        ("new", {"location": "atlantis"}, "LocationNotAvailableForResourceGroup"),
        ("new.", {"location": "eastus"}, "InvalidResourceGroup"),
        ("a(b)", {"location": "eastus"}, "InvalidResourceGroup"),
        ("new", [], "InvalidRequestContent"),
    ],
)
def test_a_group_that_cannot_be_made(arm, name, body, code):
    path = f"{HERE}/resourcegroups/{name}"
    assert error_of(arm.send("PUT", path, body, RESOURCES))[:2] == (400, code)
    assert arm.send("HEAD", path, version=RESOURCES).status_code == 404


def test_resources_are_listed_and_filtered(group):
    group.pool("PUT", "first-pool", python_pool() | {"tags": {"a": "b"}})
    group.pool("PUT", "second-pool", python_pool())

    def names(path, filter=None, **query):
        query |= {"$filter": filter} if filter else {}
        answer = group.send("GET", f"{path}/resources", version=RESOURCES, params=query)
        assert answer.status_code == 200, answer.text
        return [one["name"] for one in answer.json()["value"]]

    assert names(group.scope()) == ["first-pool", "second-pool"]
    of_group = f"resourceGroup eq '{group.group}' and resourceType eq 'microsoft.app/sessionpools'"
    assert names(HERE, of_group) == ["first-pool", "second-pool"]
    assert names(HERE, f"{of_group} and name eq 'second-pool'") == ["second-pool"]
    assert names(group.scope(), "resourceType eq 'Microsoft.Web/sites'") == []
    row = group.send("GET", f"{group.scope()}/resources", version=RESOURCES,
                     params={"$expand": "createdTime"}).json()["value"][0]  # fmt: skip
    assert row["type"] == "Microsoft.App/sessionPools"
    assert row["location"] == "northeurope" and row["tags"] == {"a": "b"}
    assert row["createdTime"].endswith("Z")


@pytest.mark.parametrize("filter", ["name", "name eq", "name ne 'a'", "a eq 'b'", "name eq 'a",
                                    "name eq 'a' or name eq 'b'"])  # fmt: skip
def test_a_filter_that_is_not_understood(arm, filter):
    answer = arm.send("GET", f"{HERE}/resources", version=RESOURCES, params={"$filter": filter})
    assert error_of(answer)[:2] == (400, "InvalidFilterInQueryString")


def test_roles_are_found_by_name(group):
    scope = group.scope() + "/providers/Microsoft.Authorization/roleDefinitions"
    name = "Azure ContainerApps Session Executor"
    found = group.send("GET", scope, version="2022-05-01-preview",
                       params={"$filter": f"roleName eq '{name}'"}).json()["value"]  # fmt: skip
    (role,) = found
    assert role["name"] == EXECUTOR
    assert role["properties"]["permissions"][0]["dataActions"] == [
        "Microsoft.App/sessionPools/interpreters/execute/action"
    ]
    assert len(group.send("GET", scope, version=ROLES).json()["value"]) == 3
    assert group.send("GET", role["id"], version=ROLES).json() == role


def test_a_role_assignment_as_the_cli_makes_it(group):
    group.pool("PUT", "a-pool", python_pool())
    name, principal = str(uuid.uuid4()), str(uuid.uuid4())
    scope = group.pool_id("a-pool")
    made = group.assign(scope, EXECUTOR, principal, name)
    assert made.status_code == 201
    assert list(made.json()) == ["properties", "id", "type", "name"]
    assert list(made.json()["properties"]) == [
        "roleDefinitionId", "principalId", "principalType", "scope", "condition",
        "conditionVersion", "createdOn", "updatedOn", "createdBy", "updatedBy",
        "delegatedManagedIdentityResourceId", "description",
    ]  # fmt: skip
    role = f"{HERE}/providers/Microsoft.Authorization/roleDefinitions/{EXECUTOR}"
    assert made.json()["properties"]["roleDefinitionId"] == role
    assert made.json()["properties"]["scope"] == scope
    path = made.json()["id"]
    assert group.send("GET", path, version=ROLES).json() == made.json()
    for again in (name, str(uuid.uuid4())):
        refused = error_of(group.assign(scope, EXECUTOR, principal, again))
        assert refused == (409, "RoleAssignmentExists", "The role assignment already exists.")
    listed = f"{scope}/providers/Microsoft.Authorization/roleAssignments"
    found = group.send("GET", listed, version=ROLES, params={"$filter": "atScope()"}).json()[
        "value"
    ]
    assert found == [made.json()]
    assert group.send("DELETE", path, version=ROLES).json() == made.json()
    assert group.send("DELETE", path, version=ROLES).status_code == 204
    assert group.send("GET", path, version=ROLES).status_code == 404


def test_assignments_go_with_their_pool(group):
    group.pool("PUT", "a-pool", python_pool())
    made = group.assign(group.pool_id("a-pool"), EXECUTOR, str(uuid.uuid4()), str(uuid.uuid4()))
    group.pool("DELETE", "a-pool")
    assert group.send("GET", made.json()["id"], version=ROLES).status_code == 404


@pytest.mark.parametrize(
    "role, principal, name, code",
    [
        (A_GUID, "p", A_GUID, "RoleDefinitionDoesNotExist"),
        (CONTRIBUTOR, "", A_GUID, "InvalidRequestContent"),
        (CONTRIBUTOR, "p", "no-guid", "InvalidRoleAssignmentId"),
    ],
)
def test_an_assignment_that_cannot_be_made(group, role, principal, name, code):
    assert error_of(group.assign(group.scope(), role, principal, name))[:2] == (400, code)


def test_an_assignment_on_a_pool_that_does_not_exist(group):
    made = group.assign(group.pool_id("a-pool"), EXECUTOR, "p", str(uuid.uuid4()))
    assert error_of(made)[:2] == (404, "ResourceNotFound")
