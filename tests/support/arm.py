"""Requests to the control plane of a server, as management clients send them: over https, with a
token, with an api-version."""

import requests

from support.emulator import HTTP_SECONDS

NEWEST = "2026-07-01"
RESOURCES = "2024-11-01"  # api-version for groups, subscriptions and providers
ROLES = "2022-04-01"
EXECUTOR = "0fb8eba5-a2bb-4abe-b1c1-49dfad359bb0"
CONTRIBUTOR = "f7669afb-68b2-44b4-9c5f-6d2a47fddda0"
SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"


def python_pool(maximum=10, cooldown=300, location="northeurope", **properties):
    """Returns the body of a PUT, with the members of the newest versions."""
    return {
        "location": location,
        "properties": {
            "poolManagementType": "Dynamic",
            "containerType": "PythonLTS",
            "scaleConfiguration": {"maxConcurrentSessions": maximum},
            "dynamicPoolConfiguration": {
                "lifecycleConfiguration": {
                    "lifecycleType": "Timed",
                    "cooldownPeriodInSeconds": cooldown,
                }
            },
            "sessionNetworkConfiguration": {"status": "EgressDisabled"},
            **properties,
        },
    }


ENVIRONMENT = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/local/providers/Microsoft.App"
    "/managedEnvironments/an-environment"
)


def container_pool(container=None, template=None, **properties):
    """The body of a PUT of a pool of custom containers; `container` and `template` have further
    members of theirs."""
    described = {
        "image": "mcr.microsoft.com/k8se/quickstart:latest",
        "name": "web",
        "resources": {"cpu": 0.5, "memory": "1Gi"},
        **(container or {}),
    }
    return {
        "location": "northeurope",
        "properties": {
            "environmentId": ENVIRONMENT,
            "poolManagementType": "Dynamic",
            "containerType": "CustomContainer",
            "customContainerTemplate": {
                "containers": [described],
                "ingress": {"targetPort": 80},
                **(template or {}),
            },
            "scaleConfiguration": {"maxConcurrentSessions": 10, "readySessionInstances": 2},
            "dynamicPoolConfiguration": {
                "lifecycleConfiguration": {
                    "lifecycleType": "Timed",
                    "cooldownPeriodInSeconds": 300,
                }
            },
            "sessionNetworkConfiguration": {"status": "EgressDisabled"},
            **properties,
        },
    }


class Arm:
    """`group` is the resource group of pool(); the server's own exists."""

    def __init__(self, server, group="local", token="any"):
        self.url = server.https
        self.group = group
        self._session = requests.Session()
        self._session.trust_env = False  # REQUESTS_CA_BUNDLE would override `verify`
        self._session.verify = server.authority
        self._session.headers["Authorization"] = f"Bearer {token}"

    def send(self, method, path, body=None, version=NEWEST, **how):
        query = {**({"api-version": version} if version else {}), **how.pop("params", {})}
        if body is not None:
            how["json"] = body
        url = path if path.startswith("http") else self.url + path
        return self._session.request(method, url, params=query, timeout=HTTP_SECONDS, **how)

    def scope(self):
        return f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{self.group}"

    def pool_id(self, name):
        return f"{self.scope()}/providers/Microsoft.App/sessionPools/{name}"

    def pool(self, method, name, body=None, version=NEWEST, **how):
        return self.send(method, self.pool_id(name), body, version, **how)

    def create_group(self, name, location="northeurope"):
        path = f"/subscriptions/{SUBSCRIPTION}/resourcegroups/{name}"
        return self.send("PUT", path, {"location": location}, RESOURCES)

    def assign(self, scope, role, principal, name):
        path = f"{scope}/providers/Microsoft.Authorization/roleAssignments/{name}"
        role_id = f"{scope}/providers/Microsoft.Authorization/roleDefinitions/{role}"
        properties = {"roleDefinitionId": role_id, "principalId": principal}
        return self.send("PUT", path, {"properties": properties}, ROLES)


def error_of(answer):
    """Returns (status, code, message) of a refusal, which must have ARM's envelope."""
    error = answer.json()["error"]
    assert list(answer.json()) == ["error"]
    assert set(error) <= {"code", "message", "target", "details"}
    return answer.status_code, error["code"], error["message"]
