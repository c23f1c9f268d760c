"""The Azure CLI: signs in without an account, and creates, changes and deletes a session pool by
each of its general commands. The variables are those of `dynsessions env`; the extension
containerapp is in no registry, so its requests are sent with `az rest`.
"""

import json
import os
import subprocess
import sys
import urllib.request
import uuid
from pathlib import Path

from operations import contains, equal, operation, run_operations

AZ = Path(sys.executable).parent / "az"
SUBSCRIPTION = f"/subscriptions/{os.environ['AZURE_SUBSCRIPTION_ID']}"
ARM = os.environ["ARM_RESOURCE_MANAGER_ENDPOINT"]
GROUP, POOL = "az-group", "az-pool"
POOL_ID = f"{SUBSCRIPTION}/resourceGroups/{GROUP}/providers/Microsoft.App/sessionPools/{POOL}"
EXECUTOR = "Azure ContainerApps Session Executor"

# The body that the extension sends for `az containerapp sessionpool create`, in 2024 and later.
CREATE = {
    "location": "northeurope",
    "properties": {
        "environmentId": None,
        "poolManagementType": "Dynamic",
        "containerType": "PythonLTS",
        "customContainerTemplate": None,
        "secrets": None,
        "dynamicPoolConfiguration": {"executionType": "Timed", "cooldownPeriodInSeconds": "300"},
        "scaleConfiguration": {"maxConcurrentSessions": 100, "readySessionInstances": 5},
        "sessionNetworkConfiguration": {"status": "EgressDisabled"},
    },
}
LIFECYCLE = {
    "lifecycleType": "Timed",
    "maxAlivePeriodInSeconds": None,
    "cooldownPeriodInSeconds": "300",
}


def run_az(*arguments):
    return subprocess.run([AZ, *arguments], capture_output=True, text=True, timeout=170)


def az(*arguments):
    """Returns the JSON that the command prints; it must succeed."""
    ended = run_az(*arguments, "--output", "json")
    if ended.returncode != 0:
        raise AssertionError(f"az {' '.join(arguments)}: {ended.stderr}")
    return json.loads(ended.stdout) if ended.stdout.strip() else None


def rest(method, path, version, body=None):
    wanted = ["rest", "--method", method, "--url", f"{ARM}{path}?api-version={version}"]
    return az(*wanted, *(["--body", json.dumps(body)] if body else []))


@operation
def login():
    (account,) = az("login", "--identity")
    equal(account["id"], os.environ["AZURE_SUBSCRIPTION_ID"])
    equal(account["environmentName"], "dynsessions")


@operation
def account():
    equal(az("account", "show")["state"], "Enabled")
    token = az("account", "get-access-token", "--resource", "https://dynamicsessions.io")
    equal(len(token["accessToken"].split(".")), 3)


@operation
def group():
    created = az("group", "create", "--name", GROUP, "--location", "northeurope")
    equal(created["properties"]["provisioningState"], "Succeeded")
    equal(az("group", "show", "--name", GROUP)["location"], "northeurope")
    equal(az("group", "exists", "--name", GROUP), True)
    equal(az("group", "exists", "--name", "no-group"), False)


@operation
def provider():
    equal(az("provider", "show", "--namespace", "Microsoft.App")["registrationState"], "Registered")
    equal(run_az("provider", "register", "--namespace", "Microsoft.App").returncode, 0)


@operation
def bodies_of_the_extension():
    created = rest("put", POOL_ID, "2024-02-02-preview", CREATE)
    dynamic = {"executionType": "Timed", "cooldownPeriodInSeconds": 300}
    equal(created["properties"]["dynamicPoolConfiguration"], dynamic)
    later = {
        **CREATE["properties"],
        "dynamicPoolConfiguration": {"lifecycleConfiguration": LIFECYCLE},
    }
    created = rest("put", POOL_ID, "2025-10-02-preview", {**CREATE, "properties": later})
    equal(created["properties"]["scaleConfiguration"], {"maxConcurrentSessions": 100})
    patch = {"properties": {"dynamicPoolConfiguration": {"cooldownPeriodInSeconds": "600"}}}
    changed = rest("patch", POOL_ID, "2025-10-02-preview", patch)
    lifecycle = changed["properties"]["dynamicPoolConfiguration"]["lifecycleConfiguration"]
    equal(lifecycle["cooldownPeriodInSeconds"], 600)


@operation
def use():
    """Runs a program at the endpoint that ARM names, with a token of az."""
    endpoint = rest("get", POOL_ID, "2025-07-01")["properties"]["poolManagementEndpoint"]
    resource = ("--resource", "https://dynamicsessions.io")
    token = az("account", "get-access-token", *resource)["accessToken"]
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    url = f"{endpoint}/executions?identifier=a-session&api-version=2025-10-02-preview"
    request = urllib.request.Request(url, b'{"code": "6 * 7"}', headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        equal(json.load(answer)["result"]["executionResult"], 42)


@operation
def resource():
    name = ("--resource-group", GROUP, "--name", POOL, "--resource-type")
    kind = "Microsoft.App/sessionPools"
    equal(az("resource", "show", *name, kind)["name"], POOL)
    setting = "properties.scaleConfiguration.maxConcurrentSessions=7"
    changed = az("resource", "update", *name, kind, "--set", setting)
    equal(changed["properties"]["scaleConfiguration"], {"maxConcurrentSessions": 7})
    patch = json.dumps({"properties": {"scaleConfiguration": {"maxConcurrentSessions": 8}}})
    az("resource", "patch", "--ids", POOL_ID, "--properties", patch, "--is-full-object")
    shown = az("resource", "show", "--ids", POOL_ID)
    equal(shown["properties"]["scaleConfiguration"], {"maxConcurrentSessions": 8})
    listed = az("resource", "list", "--resource-group", GROUP, "--resource-type", kind)
    equal([one["name"] for one in listed], [POOL])


@operation
def roles():
    principal = str(uuid.uuid4())
    made = az(
        "role", "assignment", "create", "--role", EXECUTOR, "--assignee-object-id", principal,
        "--assignee-principal-type", "User", "--scope", POOL_ID,
    )  # fmt: skip
    equal(made["principalId"], principal)
    listed = az("role", "assignment", "list", "--scope", POOL_ID)
    equal([one["principalId"] for one in listed], [principal])
    equal(run_az("role", "assignment", "delete", "--ids", made["id"]).returncode, 0)
    equal(az("role", "assignment", "list", "--scope", POOL_ID), [])


# A template as a person writes it: with comments, a parameter and an output.
TEMPLATE = """// one session pool
{
  "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  "contentVersion": "1.0.0.0",
  "parameters": {"name": {"type": "string"}, /* of the pool */ "maximum": {"type": "int"}},
  "resources": [{
    "type": "Microsoft.App/sessionPools",
    "apiVersion": "2024-02-02-preview",
    "name": "[parameters('name')]",
    "location": "[resourceGroup().location]",
    "properties": {
      "poolManagementType": "Dynamic",
      "containerType": "PythonLTS",
      "scaleConfiguration": {"maxConcurrentSessions": "[parameters('maximum')]"},
      "dynamicPoolConfiguration": {"executionType": "Timed", "cooldownPeriodInSeconds": 300},
      "sessionNetworkConfiguration": {"status": "EgressDisabled"}
    },
    "tags": {"from": "TAG"}
  }],
  "outputs": {
    "endpoint": {
      "type": "string",
      "value": "[reference(parameters('name')).poolManagementEndpoint]"
    }
  }
}
"""


def deployment_arguments(verb, tag):
    path = Path(os.environ["AZURE_CONFIG_DIR"]) / "template.json"
    path.write_text(TEMPLATE.replace("TAG", tag))
    where = ("--resource-group", GROUP, "--name", "by-az", "--template-file", str(path))
    values = ("--parameters", "name=az-deployed", "maximum=9")
    return ["deployment", "group", verb, *where, *values]


@operation
def deployment():
    made = az(*deployment_arguments("create", "az"))["properties"]
    equal(made["provisioningState"], "Succeeded")
    contains(made["outputs"]["endpoint"]["value"], "/sessionPools/az-deployed")
    equal(made["parameters"]["maximum"], {"type": "Int", "value": 9})
    checked = az(*deployment_arguments("validate", "az"))["properties"]
    equal(checked["provisioningState"], "Succeeded")
    changes = az(*deployment_arguments("what-if", "az"), "--no-pretty-print")["changes"]
    equal([change["changeType"] for change in changes], ["Deploy"])
    named = ("--resource-group", GROUP, "--name", "by-az")
    equal(az("deployment", "group", "show", *named)["name"], "by-az")
    equal(len(az("deployment", "operation", "group", "list", *named)), 1)
    equal(len(az("deployment", "group", "list", "--resource-group", GROUP)), 1)
    equal(run_az("deployment", "group", "delete", *named).returncode, 0)
    equal(az("deployment", "group", "list", "--resource-group", GROUP), [])


@operation
def failing_deployments():
    """Deploys a template that validation refuses, and one that fails while it runs."""
    refused = run_az(*deployment_arguments("create", "[nope()]"))
    equal(refused.returncode, 1)
    contains(refused.stderr, "InvalidTemplate")
    contains(refused.stderr, "'nope'")
    missing = "[reference(resourceId('Microsoft.App/sessionPools', 'no-pool')).x]"
    failed = run_az(*deployment_arguments("create", missing))
    equal(failed.returncode, 1)
    contains(failed.stderr, "DeploymentFailed")
    contains(failed.stderr, "sessionPools/no-pool")


@operation
def refusals():
    """Checks the messages that users read, and exit code 1."""
    wrong = {**CREATE, "properties": {"poolManagementType": "Manual"}}
    url = f"{ARM}{POOL_ID}-b?api-version=2025-07-01"
    refused = run_az("rest", "--method", "put", "--url", url, "--body", json.dumps(wrong))
    equal(refused.returncode, 1)
    contains(refused.stderr, "SessionPoolInvalidPoolManagementType")
    missing = run_az("resource", "show", "--ids", f"{POOL_ID}-b")
    contains(missing.stderr, "(ResourceNotFound)")
    assert missing.returncode != 0


@operation
def delete():
    equal(run_az("resource", "delete", "--ids", POOL_ID).returncode, 0)
    deployed = POOL_ID.replace(POOL, "az-deployed")
    equal(run_az("resource", "delete", "--ids", deployed).returncode, 0)
    equal(az("resource", "list", "--resource-group", GROUP), [])
    rest("put", POOL_ID, "2025-07-01", CREATE)
    equal(run_az("group", "delete", "--name", GROUP, "--yes").returncode, 0)
    equal(az("group", "exists", "--name", GROUP), False)


@operation
def service_principal():
    """Signs in with a secret, which can be any text, instead of the managed identity."""
    login = ("login", "--service-principal", "--username", str(uuid.uuid4()))
    tenant = str(uuid.uuid4())
    (account,) = az(*login, "--password", "any", "--tenant", tenant)
    equal(account["id"], os.environ["AZURE_SUBSCRIPTION_ID"])


run_operations()
