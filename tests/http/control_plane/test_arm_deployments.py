"""Deployments of ARM templates (api-spec/CONTROL-PLANE.md section 7)."""

import json
import time
import uuid
from pathlib import Path

import pytest
import requests
from azure.core.credentials import AccessToken
from azure.core.exceptions import HttpResponseError
from azure.mgmt.resource.deployments import DeploymentsMgmtClient

from support.arm import RESOURCES, SUBSCRIPTION, Arm, error_of, python_pool
from support.bicep import arm_template, template
from support.emulator import HTTP_SECONDS

VERSION = "2025-04-01"  # az 2.91
HERE = f"/subscriptions/{SUBSCRIPTION}"
BICEP = Path(__file__).with_name("session_pool.bicep")


@pytest.fixture
def group(arm_server):
    """A client whose resource group is new."""
    arm = Arm(arm_server, group=f"group-{uuid.uuid4().hex[:8]}")
    assert arm.create_group(arm.group).status_code == 201
    return arm


def deployment_path(arm, name="main"):
    return f"{arm.scope()}/providers/Microsoft.Resources/deployments/{name}"


def body_of(source, parameters=None, **more):
    properties = {"mode": "Incremental", "template": source, "parameters": parameters or {}}
    return {"properties": {**properties, **more}}


def deploy(arm, source, parameters=None, name="main"):
    return arm.send("PUT", deployment_path(arm, name), body_of(source, parameters), VERSION)


def validate(arm, source, parameters=None):
    path = f"{deployment_path(arm)}/validate"
    return arm.send("POST", path, body_of(source, parameters), VERSION)


def pool_resource(name, **more):
    resource = {"type": "Microsoft.App/sessionPools", "apiVersion": "2025-07-01", "name": name}
    return {**resource, **python_pool(), **more}


def pools_in(arm):
    value = arm.send("GET", f"{arm.scope()}/providers/Microsoft.App/sessionPools").json()["value"]
    return sorted(pool["name"] for pool in value)


def text(value):
    return {"type": "string", "value": value}


def execute(arm, endpoint, identifier, code="1 + 1"):
    return requests.post(
        f"{endpoint}/executions",
        params={"identifier": identifier, "api-version": "2025-10-02-preview"},
        headers={"Authorization": "Bearer any"},
        json={"codeInputType": "Inline", "executionType": "Synchronous", "code": code},
        verify=arm._session.verify,
        timeout=HTTP_SECONDS,
    )


def test_the_pool_of_a_bicep_file_is_the_one_that_the_data_plane_obeys(group, arm_server):
    source = arm_template(BICEP.read_text())
    source["outputs"] = {
        "endpoint": text("[reference('ca-session-pool').poolManagementEndpoint]"),
    }
    answer = deploy(group, source)
    assert answer.status_code == 201, answer.text
    properties = answer.json()["properties"]
    assert properties["provisioningState"] == "Succeeded"
    assert properties["outputResources"] == [{"id": group.pool_id("ca-session-pool")}]
    endpoint = properties["outputs"]["endpoint"]["value"]

    assert execute(group, endpoint, "first-user").json()["result"]["executionResult"] == 2
    declared = requests.get(
        f"{arm_server.admin}{HERE}/resourceGroups/{group.group}/sessionPools/ca-session-pool",
        timeout=60,
    ).json()
    assert declared["maxSessions"] == 100
    assert declared["cooldownPeriod"] == 300
    assert declared["networkStatus"] == "EgressDisabled"
    assert declared["location"] == "northeurope"

    resource = source["resources"][0]
    resource["properties"]["scaleConfiguration"]["maxConcurrentSessions"] = 1
    assert deploy(group, source).status_code == 200
    full = execute(group, endpoint, "second-user")
    assert (full.status_code, full.json()["error"]["code"]) == (404, "SessionPoolExhausted")
    assert execute(group, endpoint, "first-user").status_code == 200


def test_the_body_of_az_is_understood(group):
    """The key `template` has no quotes, and the file's comments are passed through."""
    source = json.dumps(template([pool_resource("[parameters('name')]")]))
    source = source.replace(
        '"resources"',
        '/* what to make */ "parameters": {"name": {"type": "string"}}, // and\n "resources"',
    )
    body = (
        '{"properties": {"parameters": {"name": {"value": "from-az"}}, "mode": "Incremental", '
        f"template:{source}}}}}"
    )
    for path in (f"{deployment_path(group)}/validate", deployment_path(group)):
        method = "POST" if path.endswith("validate") else "PUT"
        answer = group.send(
            method, path, version=VERSION, data=body, headers={"Content-Type": "application/json"}
        )
        assert answer.ok, answer.text
    assert pools_in(group) == ["from-az"]


def test_parameters_variables_loops_conditions_and_outputs(group):
    source = template(
        [
            pool_resource(
                "[concat(variables('prefix'), copyIndex())]",
                copy={"name": "pools", "count": "[parameters('count')]"},
                location="[resourceGroup().location]",
            ),
            pool_resource("never", condition="[equals(parameters('count'), 99)]"),
        ],
        parameters={
            "count": {"type": "int", "maxValue": 5},
            "secret": {"type": "securestring", "defaultValue": "hush"},
        },
        variables={"prefix": "[format('{0}-', toLower('POOL'))]"},
        outputs={
            "last": text(
                "[reference(resourceId('Microsoft.App/sessionPools', 'pool-1'), "
                "'2025-07-01', 'full').location]"
            ),
        },
    )
    answer = deploy(group, source, {"count": {"value": 2}})
    assert answer.status_code == 201, answer.text
    properties = answer.json()["properties"]
    assert properties["outputs"] == {"last": {"type": "String", "value": "North Europe"}}
    assert properties["parameters"] == {
        "count": {"type": "Int", "value": 2},
        "secret": {"type": "SecureString"},
    }
    assert "hush" not in answer.text
    assert pools_in(group) == ["pool-0", "pool-1"]


def test_a_deployment_is_shown_listed_and_deleted(group):
    path = deployment_path(group, "first")
    assert group.send("HEAD", path, version=VERSION).status_code == 404
    assert error_of(group.send("GET", path, version=VERSION))[:2] == (404, "DeploymentNotFound")
    made = deploy(group, template([pool_resource("kept")]), name="first").json()
    assert made["id"] == path
    assert group.send("HEAD", path, version=VERSION).status_code == 204
    assert group.send("GET", path, version=VERSION).json() == made
    listed = group.send("GET", deployment_path(group, ""), version=VERSION).json()["value"]
    assert [one["name"] for one in listed] == ["first"]

    operations = group.send("GET", f"{path}/operations", version=VERSION).json()["value"]
    (operation,) = operations
    assert operation["properties"]["targetResource"] == {
        "id": group.pool_id("kept"),
        "resourceType": "Microsoft.App/sessionPools",
        "resourceName": "kept",
    }
    one = group.send("GET", f"{path}/operations/1", version=VERSION)
    assert one.json() == operation
    assert group.send("GET", f"{path}/operations/2", version=VERSION).status_code == 404

    assert group.send("DELETE", path, version=VERSION).status_code == 204
    assert group.send("DELETE", path, version=VERSION).status_code == 204
    assert group.send("GET", path, version=VERSION).status_code == 404
    assert pools_in(group) == ["kept"]


def test_deployments_go_with_their_group(group):
    deploy(group, template([pool_resource("kept")]))
    gone = group.send("DELETE", group.scope(), version=RESOURCES)
    assert gone.status_code == 202
    assert group.create_group(group.group).status_code in (200, 201)
    assert group.send("GET", deployment_path(group), version=VERSION).status_code == 404


def test_what_if_changes_nothing(group):
    deploy(group, template([pool_resource("old")]))
    path = f"{deployment_path(group)}/whatIf"
    body = body_of(
        template([pool_resource("old"), pool_resource("new")]),
        whatIfSettings={"resultFormat": "FullResourcePayloads"},
    )
    answer = group.send("POST", path, body, VERSION).json()
    assert answer["status"] == "Succeeded"
    changes = {
        change["resourceId"].rsplit("/", 1)[1]: change for change in answer["properties"]["changes"]
    }
    assert changes["old"]["changeType"] == "Deploy"
    assert changes["old"]["before"]["name"] == "old"
    assert changes["new"]["changeType"] == "Create"
    assert changes["new"]["after"]["properties"]["containerType"] == "PythonLTS"
    assert pools_in(group) == ["old"]


def test_validation_changes_nothing(group):
    answer = validate(group, template([pool_resource("new")]))
    assert answer.status_code == 200
    assert answer.json()["properties"]["validatedResources"] == [{"id": group.pool_id("new")}]
    assert pools_in(group) == []
    assert group.send("GET", deployment_path(group), version=VERSION).status_code == 404


def bad_templates():
    loop = [
        pool_resource("good"),
        pool_resource("a", dependsOn=["b"]),
        pool_resource("b", tags={"x": "[reference('a').x]"}),
    ]
    wrong_pool = pool_resource("bad")
    wrong_pool["properties"] = {**wrong_pool["properties"], "containerType": "FortranLTS"}
    good = pool_resource("good")
    return {
        "function": (template([good, pool_resource("[nope('x')]")]), "InvalidTemplate", "'nope'"),
        "loop": (template(loop), "InvalidTemplate", "Circular dependency"),
        "parameter": (
            template([good], parameters={"p": {"type": "string"}}),
            "InvalidTemplate",
            "'p' is not provided",
        ),
        "syntax": (template([pool_resource("[concat('a']")]), "InvalidTemplate", "'concat(''"),
        "schema": (
            {"contentVersion": "1.0.0.0", "resources": []},
            "InvalidRequestContent",
            "$schema",
        ),
        "array": ([], "InvalidTemplate", "'Object'"),
        "resource": (template([good, wrong_pool]), "InvalidTemplateDeployment", "FortranLTS"),
        "type": (
            template([good, {"type": "Microsoft.Web/sites", "apiVersion": "1", "name": "x"}]),
            "InvalidTemplateDeployment",
            "sites",
        ),
        "version": (
            template([good, pool_resource("x", apiVersion="1999-01-01")]),
            "InvalidTemplateDeployment",
            "1999-01-01",
        ),
        "growth": (
            template(
                [good],
                variables={
                    "v0": "0123456789",
                    **{
                        f"v{i}": f"[concat(variables('v{i - 1}'), variables('v{i - 1}'))]"
                        for i in range(1, 60)
                    },
                },
            ),
            "InvalidTemplate",
            "MiB",
        ),
    }


@pytest.mark.parametrize("what", sorted(bad_templates()))
def test_a_bad_template_is_refused_before_anything_is_made(group, what):
    source, code, words = bad_templates()[what]
    refused = validate(group, source)
    status, found, message = error_of(refused)
    assert (status, found) == (400, code)
    assert words.replace("''", "") in refused.text, message
    again = deploy(group, source)
    assert error_of(again)[:2] == (400, code)
    assert pools_in(group) == []
    assert group.send("GET", deployment_path(group), version=VERSION).status_code == 404


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("{", "InvalidRequestContent"),
        ("[]", "InvalidRequestContent"),
        ("{}", "InvalidRequestContent"),
        ('{"properties": 5}', "InvalidRequestContent"),
        ('{"properties": {"template": {}}}', "InvalidRequestContent"),
        ('{"properties": {"mode": "Incremental"}}', "InvalidRequestContent"),
        ('{"properties": {"mode": "Sideways", "template": {}}}', "InvalidRequestContent"),
        ('{"properties": {"mode": "Complete", "template": {}}}', "NotSupported"),
        (
            '{"properties": {"mode": "Incremental", "templateLink": {"uri": "http://x"}}}',
            "NotSupported",
        ),
        ("[" * 100_000, "InvalidRequestContent"),
        (
            '{"tags": [], "properties": {"mode": "Incremental", "template": {}}}',
            "InvalidRequestContent",
        ),
    ],
)
def test_a_body_that_is_no_deployment_is_refused(group, body, code):
    headers = {"Content-Type": "application/json"}
    answer = group.send("PUT", deployment_path(group), version=VERSION, data=body, headers=headers)
    assert error_of(answer)[:2] == (400, code)


def test_a_template_of_more_than_4_mb_is_refused(group):
    source = template([], variables={"v": "x" * (4 << 20)})
    answer = validate(group, source)
    assert error_of(answer)[:2] == (413, "RequestContentTooLarge")


def test_a_large_template_does_not_hold_up_other_requests(group):
    items = ["[concat('a', 'b')]"] * 100_000
    begin = time.monotonic()
    assert validate(group, template([], variables={"v": items})).status_code == 200
    assert time.monotonic() - begin < 60
    assert pools_in(group) == []


def test_a_deployment_that_fails_tells_so_at_its_status(group):
    """If the answer to the PUT has a failed state, az reports a success."""
    source = template(
        [
            pool_resource("good"),
            pool_resource("bad", tags={"x": "[reference('good').nothing]"}),
        ]
    )
    assert validate(group, source).status_code == 200
    answer = deploy(group, source)
    assert answer.status_code == 201
    assert answer.json()["properties"]["provisioningState"] == "Accepted"
    assert answer.headers["retry-after"] == "1"
    status = group.send("GET", answer.headers["azure-asyncoperation"], version=None).json()
    assert status["status"] == "Failed"
    assert status["error"]["code"] == "DeploymentFailed"
    assert "nothing" in status["error"]["details"][0]["message"]
    shown = group.send("GET", deployment_path(group), version=VERSION).json()["properties"]
    assert shown["provisioningState"] == "Failed"
    assert shown["error"] == status["error"]
    operations = group.send("GET", f"{deployment_path(group)}/operations", version=VERSION).json()
    states = [one["properties"]["provisioningState"] for one in operations["value"]]
    assert states == ["Succeeded", "Failed"]
    # As in Azure, resources that were made before stay.
    assert pools_in(group) == ["good"]


def test_a_deployment_to_a_subscription_makes_a_group_and_fills_it(arm_server):
    arm = Arm(arm_server)
    name = f"group-{uuid.uuid4().hex[:8]}"
    module = template(
        [pool_resource("[parameters('pool')]")],
        parameters={"pool": {"type": "string"}},
        outputs={"endpoint": text("[reference(parameters('pool')).poolManagementEndpoint]")},
    )
    nested = {
        "type": "Microsoft.Resources/deployments",
        "apiVersion": VERSION,
        "name": "module",
        "resourceGroup": name,
        "dependsOn": [name],
        "properties": {
            "mode": "Incremental",
            "expressionEvaluationOptions": {"scope": "inner"},
            "parameters": {"pool": {"value": "[toLower('INNER')]"}},
            "template": module,
        },
    }
    group = {
        "type": "Microsoft.Resources/resourceGroups",
        "apiVersion": RESOURCES,
        "name": name,
        "location": "northeurope",
    }
    endpoint = (
        f"[reference(resourceId('{SUBSCRIPTION}', '{name}', "
        "'Microsoft.Resources/deployments', 'module')).outputs.endpoint.value]"
    )
    source = template([nested, group], outputs={"endpoint": text(endpoint)})
    path = f"{HERE}/providers/Microsoft.Resources/deployments/sub-{name}"
    without = arm.send("PUT", path, body_of(source), VERSION)
    assert error_of(without)[:2] == (400, "InvalidDeployment")
    answer = arm.send("PUT", path, {"location": "northeurope", **body_of(source)}, VERSION)
    assert answer.status_code == 201, answer.text
    properties = answer.json()["properties"]
    assert properties["provisioningState"] == "Succeeded"
    assert properties["outputs"]["endpoint"]["value"].endswith("/sessionPools/inner")
    inner = Arm(arm_server, group=name)
    assert pools_in(inner) == ["inner"]
    shown = inner.send("GET", deployment_path(inner, "module"), version=VERSION).json()
    assert shown["properties"]["provisioningState"] == "Succeeded"


def test_names_of_deployments_have_a_form(group):
    answer = deploy(group, template([]), name="x" * 65)
    assert error_of(answer)[:2] == (400, "InvalidDeploymentName")
    assert deploy(group, template([]), name="x-(1)._Y").status_code == 201


def test_a_role_is_assigned_by_a_template(group):
    role = (
        "[subscriptionResourceId('Microsoft.Authorization/roleDefinitions', "
        "'0fb8eba5-a2bb-4abe-b1c1-49dfad359bb0')]"
    )
    source = template(
        [
            pool_resource("mine"),
            {
                "type": "Microsoft.Authorization/roleAssignments",
                "apiVersion": "2022-04-01",
                "name": "[guid(resourceId('Microsoft.App/sessionPools', 'mine'), 'x')]",
                "scope": "Microsoft.App/sessionPools/mine",
                "dependsOn": ["mine"],
                "properties": {
                    "roleDefinitionId": role,
                    "principalId": str(uuid.uuid4()),
                    "principalType": "User",
                },
            },
        ]
    )
    answer = deploy(group, source)
    assert answer.json()["properties"]["provisioningState"] == "Succeeded", answer.text
    path = f"{group.pool_id('mine')}/providers/Microsoft.Authorization/roleAssignments"
    listed = group.send("GET", path, version="2022-04-01").json()["value"]
    assert len(listed) == 1


class Credential:
    def get_token(self, *_scopes, **_more):
        return AccessToken("any", int(time.time()) + 3600)


@pytest.fixture
def sdk(arm_server):
    with DeploymentsMgmtClient(
        Credential(),
        SUBSCRIPTION,
        base_url=arm_server.https,
        credential_scopes=[f"{arm_server.https}/.default"],
        connection_verify=arm_server.authority,
    ) as client:
        yield client


def test_the_python_sdk_deploys_shows_lists_and_deletes(group, sdk):
    name = group.group
    body = body_of(
        template(
            [pool_resource("[parameters('name')]")],
            parameters={"name": {"type": "string"}},
            outputs={"it": text("[reference(parameters('name')).containerType]")},
        ),
        {"name": {"value": "by-sdk"}},
    )
    checked = sdk.deployments.begin_validate(name, "main", body).result()
    assert checked.properties.provisioning_state == "Succeeded"
    made = sdk.deployments.begin_create_or_update(name, "main", body).result()
    assert made.properties.provisioning_state == "Succeeded"
    assert made.properties.outputs["it"]["value"] == "PythonLTS"
    assert sdk.deployments.check_existence(name, "main")
    assert not sdk.deployments.check_existence(name, "other")
    assert sdk.deployments.get(name, "main").name == "main"
    assert [one.name for one in sdk.deployments.list_by_resource_group(name)] == ["main"]
    (operation,) = sdk.deployment_operations.list(name, "main")
    assert operation.properties.target_resource.resource_name == "by-sdk"
    changes = sdk.deployments.begin_what_if(name, "main", body).result().changes
    assert [change.change_type for change in changes] == ["Deploy"]
    sdk.deployments.begin_delete(name, "main").result()
    assert not sdk.deployments.check_existence(name, "main")


def test_the_python_sdk_tells_why_a_deployment_failed(group, sdk):
    bad = body_of(template([pool_resource("[nope()]")]))
    with pytest.raises(HttpResponseError) as refused:
        sdk.deployments.begin_create_or_update(group.group, "main", bad)
    assert refused.value.error.code == "InvalidTemplate"
    failing = body_of(
        template(
            [pool_resource("good"), pool_resource("bad", tags={"x": "[reference('good').nothing]"})]
        )
    )
    poller = sdk.deployments.begin_create_or_update(
        group.group, "main", failing, polling_interval=1
    )
    with pytest.raises(HttpResponseError) as failed:
        poller.result()
    assert "DeploymentFailed" in str(failed.value)
