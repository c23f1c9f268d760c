#!/usr/bin/env python3
"""Writes our OpenAPI documents of `Microsoft.App/sessionPools` in Azure Resource Manager, one per
api-version: api-spec/control_plane/<api-version>/openapi.json.

    api-spec/arm_openapi.py [DIRECTORY]

Each says what this emulator promises at that version; sections are those of CONTROL-PLANE.md.
VERSIONS repeats the table of emulator/surfaces/control_plane/arm_versions.cpp; a test compares what
a server answers.
"""

import json
import sys
from pathlib import Path
from typing import NamedTuple

JSON = "application/json"
SUBSCRIPTION = "/subscriptions/{subscriptionId}"
GROUP = SUBSCRIPTION + "/resourceGroups/{resourceGroupName}"
TYPE = "/providers/Microsoft.App/sessionPools"
POOL = GROUP + TYPE + "/{sessionPoolName}"
OPERATIONS = SUBSCRIPTION + "/providers/Microsoft.App/locations/{location}"


class Version(NamedTuple):
    name: str
    has_lifecycle: bool = True
    has_managed_identity_settings: bool = True
    has_mcp_settings: bool = True


VERSIONS = (
    Version("2023-08-01-preview", False, False, False),
    Version("2023-11-02-preview", False, False, False),
    Version("2024-02-02-preview", False, False, False),
    Version("2024-08-02-preview", False, False, False),
    Version("2024-10-02-preview", False, True, False),
    Version("2025-01-01", True, True, False),
    Version("2025-02-02-preview"),
    Version("2025-07-01"),
    Version("2025-10-02-preview"),
    Version("2026-01-01"),
    Version("2026-03-02-preview"),
    Version("2026-07-01"),
)

CONTAINER_TYPES = ("PythonLTS", "CustomContainer")

IDENTITY_LIFECYCLES = ("None", "Main", "Init", "All")
PROBE_NUMBERS = (
    "initialDelaySeconds",
    "periodSeconds",
    "timeoutSeconds",
    "successThreshold",
    "failureThreshold",
    "terminationGracePeriodSeconds",
)

TEXT = {"type": "string"}
NULL = {"type": "null"}
NULLABLE_TEXT = {"type": ["string", "null"]}
WHOLE = {"type": "integer", "minimum": 0}
# Requests can write numbers and booleans as strings (section 1.3); null counts as absent.
ASKED_NUMBER = {"type": ["integer", "string", "null"], "minimum": 0, "pattern": "^[0-9]{1,18}$"}
ASKED_DECIMAL = {"type": ["number", "string", "null"]}
ASKED_FLAG = {"type": ["boolean", "string", "null"], "pattern": "^([Tt]rue|[Ff]alse)$"}
ASKED_TEXT = {"type": ["string", "null"], "maxLength": 2048}
HTTPS = {"type": "string", "format": "uri", "pattern": "^https://"}
# Answers to PUT have the zone, others lack it (recorded).
TIME = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?Z?$"}


def ref(name):
    return {"$ref": f"#/components/schemas/{name}"}


def words(*accepted):
    return {"type": "string", "enum": list(accepted)}


def record(members, optional=()):
    """An object of an answer: these members in this order and no other."""
    required = [name for name in members if name not in optional]
    closed = {"type": "object", "properties": members, "required": required}
    return closed | {"additionalProperties": False}


def asked(members, required=()):
    """An object of a request; unknown members are ignored (section 1.3)."""
    described = {"type": ["object", "null"], "properties": members}
    return described | {"required": list(required)} if required else described


def asked_array(items):
    return {"type": ["array", "null"], "items": items}


def array_of(items):
    return {"type": "array", "items": items}


def map_of(values):
    return {"type": "object", "additionalProperties": values}


def shown_dynamic_configuration(version):
    """OnContainerExit has no words in the older versions, which show those of the newer ones."""
    cooldown = {"cooldownPeriodInSeconds": WHOLE}
    lifecycle = record(
        {
            "lifecycleType": words("Timed", "OnContainerExit"),
            **cooldown,
            "maxAlivePeriodInSeconds": WHOLE,
        },
        optional=("cooldownPeriodInSeconds", "maxAlivePeriodInSeconds"),
    )
    if version.has_lifecycle:
        return record({"lifecycleConfiguration": lifecycle})
    old = {"executionType": words("Timed"), **cooldown, "lifecycleConfiguration": lifecycle}
    return record(old, optional=old)


def shown_probe():
    header = record({"name": TEXT, "value": TEXT})
    port = {"port": WHOLE}
    get = {"host": TEXT, "path": TEXT, **port, "scheme": words("HTTP", "HTTPS")}
    get = record(
        {**get, "httpHeaders": array_of(header)}, optional=("host", "path", "scheme", "httpHeaders")
    )
    probe = {
        "type": words("Liveness", "Startup"),
        "httpGet": get,
        "tcpSocket": record({"host": TEXT, **port}, optional=("host",)),
        **dict.fromkeys(PROBE_NUMBERS, WHOLE),
    }
    return record(probe, optional=set(probe) - {"type"})


def shown_container(always=()):
    variable = {"name": TEXT, "value": TEXT, "secretRef": TEXT}
    container = {
        "image": TEXT,
        "name": TEXT,
        "command": array_of(TEXT),
        "args": array_of(TEXT),
        "env": array_of(record(variable, optional=("value", "secretRef"))),
        "resources": record({"cpu": {"type": "number"}, "memory": TEXT}),
        "probes": array_of(shown_probe()),
    }
    return record(container, optional={"command", "args", "env", "probes"} - set(always))


INGRESS = record({"targetPort": WHOLE}) | {"type": ["object", "null"]}


def shown_container_template():
    registry = {name: NULLABLE_TEXT for name in ("username", "passwordSecretRef", "identity")}
    registry = record({"server": TEXT, **registry}) | {"type": ["object", "null"]}
    return record(
        {
            "registryCredentials": registry,
            "containers": array_of(shown_container()),
            "ingress": INGRESS,
        }
    )


def shown_update_status():
    counts = ("expectedCount", "readyCount", "pendingCount", "imagePullFailCount", "crashCount",
              "allocatedCount")  # fmt: skip
    active = {
        "details": TEXT,
        "createdTime": {"type": "string", "pattern": r"\+00:00$"},
        "status": record(dict.fromkeys(counts, WHOLE)),
        "containers": array_of(shown_container(always=("env",))),
        "ingress": INGRESS,
    }
    return record({"activeTemplate": record(active)})


def shown_properties(version):
    """Of both container types; the optional members are those of custom containers, and secrets."""
    scale = {"readySessionInstances": WHOLE, "maxConcurrentSessions": WHOLE}
    members = {
        "environmentId": NULLABLE_TEXT,
        "poolManagementType": words("Dynamic"),
        "containerType": words(*CONTAINER_TYPES),
        "scaleConfiguration": record(scale, optional=("readySessionInstances",)),
        "secrets": array_of(record({"name": TEXT})),
        "dynamicPoolConfiguration": shown_dynamic_configuration(version),
        "customContainerTemplate": shown_container_template(),
        "sessionNetworkConfiguration": record({"status": words("EgressEnabled", "EgressDisabled")}),
        "provisioningState": words("InProgress", "Succeeded"),
        "nodeCount": WHOLE,
        "poolManagementEndpoint": HTTPS,
        "templateUpdateStatus": shown_update_status(),
    }
    if version.has_managed_identity_settings:
        setting = record({"identity": TEXT, "lifecycle": words(*IDENTITY_LIFECYCLES)})
        members["managedIdentitySettings"] = array_of(setting) | {"type": ["array", "null"]}
    if version.has_mcp_settings:
        members["mcpServerSettings"] = NULL
    optional = ("secrets", "customContainerTemplate", "nodeCount", "templateUpdateStatus")
    return record(members, optional=optional)


def asked_container_template():
    port = {"port": ASKED_NUMBER}
    header = asked({"name": ASKED_TEXT, "value": ASKED_TEXT})
    get = {"host": ASKED_TEXT, "path": ASKED_TEXT, **port, "scheme": ASKED_TEXT}
    probe = {
        "type": ASKED_TEXT,
        "httpGet": asked({**get, "httpHeaders": asked_array(header)}),
        "tcpSocket": asked({"host": ASKED_TEXT, **port}),
        **dict.fromkeys(PROBE_NUMBERS, ASKED_NUMBER),
    }
    variable = asked({"name": ASKED_TEXT, "value": ASKED_TEXT, "secretRef": ASKED_TEXT})
    container = {
        "image": ASKED_TEXT,
        "name": ASKED_TEXT,
        "command": asked_array(TEXT),
        "args": asked_array(TEXT),
        "env": asked_array(variable),
        "resources": asked({"cpu": ASKED_DECIMAL, "memory": ASKED_TEXT}),
        "probes": asked_array(asked(probe)),
    }
    registry = ("server", "username", "passwordSecretRef", "identity")
    return asked(
        {
            "registryCredentials": asked(dict.fromkeys(registry, ASKED_TEXT)),
            "containers": asked_array(asked(container)),
            "ingress": asked({"targetPort": ASKED_NUMBER}),
        }
    )


def asked_properties():
    """The properties that a request can have at every version, with the dynamic configuration in
    both forms."""
    cooldown = {"cooldownPeriodInSeconds": ASKED_NUMBER}
    lifecycle = asked(
        {"lifecycleType": ASKED_TEXT, **cooldown, "maxAlivePeriodInSeconds": ASKED_NUMBER}
    )
    return asked(
        {
            "environmentId": ASKED_TEXT,
            "poolManagementType": ASKED_TEXT,
            "containerType": ASKED_TEXT,
            "scaleConfiguration": asked(
                {"maxConcurrentSessions": ASKED_NUMBER, "readySessionInstances": ASKED_NUMBER}
            ),
            "secrets": {
                "type": ["array", "null"],
                "items": {
                    "type": "object",
                    "properties": {"name": {"type": "string", "minLength": 1}, "value": ASKED_TEXT},
                    "required": ["name"],
                },
            },
            "dynamicPoolConfiguration": asked(
                {"executionType": ASKED_TEXT, **cooldown, "lifecycleConfiguration": lifecycle}
            ),
            "customContainerTemplate": asked_container_template(),
            "sessionNetworkConfiguration": asked({"status": ASKED_TEXT}),
            "managedIdentitySettings": asked_array(
                asked({"identity": ASKED_TEXT, "lifecycle": ASKED_TEXT})
            )
            | {"description": "only for custom containers"},
            "mcpServerSettings": asked({"isMcpServerEnabled": ASKED_FLAG}),
        }
    )


def asked_envelope():
    user_identities = {"type": ["object", "null"], "additionalProperties": {}}
    return {
        "location": ASKED_TEXT,
        "tags": {"type": ["object", "null"], "additionalProperties": {"type": ["string", "null"]}},
        "identity": asked({"type": ASKED_TEXT, "userAssignedIdentities": user_identities}),
        "properties": ref("SessionPoolPropertiesOfRequest"),
    }


def shown_pool(optional):
    author = {"type": "string"}
    system_data = {
        "createdBy": author,
        "createdByType": words("User", "Application", "ManagedIdentity", "Key"),
        "createdAt": TIME,
        "lastModifiedBy": author,
        "lastModifiedByType": words("User", "Application", "ManagedIdentity", "Key"),
        "lastModifiedAt": TIME,
    }
    members = {
        "id": TEXT,
        "name": {"type": "string", "maxLength": 63},
        "type": words("Microsoft.App/sessionpools"),
        "location": TEXT,
        "tags": map_of(TEXT),
        "systemData": record(system_data),
        "properties": ref("SessionPoolProperties"),
        "identity": ref("ManagedServiceIdentity"),
    }
    return record(members, optional=("tags", *optional))


def schemas(version):
    of_user = record({"principalId": TEXT, "clientId": TEXT})
    identity = {
        "type": words("None", "SystemAssigned", "UserAssigned", "SystemAssigned, UserAssigned"),
        "principalId": TEXT,
        "tenantId": TEXT,
        "userAssignedIdentities": map_of(of_user),
    }
    error = {
        "code": TEXT,
        "message": TEXT,
        "target": TEXT,
        "details": array_of(ref("ErrorDetail")),
    }
    status = {
        "id": TEXT,
        "name": TEXT,
        "status": words("InProgress", "Succeeded"),
        "startTime": TIME,
    }
    envelope = asked_envelope()
    whole = asked(envelope, required=("location", "properties"))
    return {
        "SessionPool": shown_pool(optional=("identity",)),
        "SessionPoolOfGet": shown_pool(optional=()),
        "SessionPoolProperties": shown_properties(version),
        "SessionPoolCollection": record({"value": array_of(ref("SessionPoolOfGet"))}),
        "SessionPoolOfRequest": whole | {"type": "object"},
        "SessionPoolUpdate": asked(envelope) | {"type": "object"},
        "SessionPoolPropertiesOfRequest": asked_properties(),
        "ManagedServiceIdentity": record(
            identity, optional=("principalId", "tenantId", "userAssignedIdentities")
        ),
        "OperationStatus": record(status),
        "ErrorDetail": record(error, optional=("target", "details")),
        "ErrorResponse": record({"error": ref("ErrorDetail")}),
    }


VERSIONS_HEADER = {"api-supported-versions": {"required": True, "schema": TEXT}}
RETRY_AFTER = {"retry-after": {"required": True, "schema": words("1")}}


def answer(description, schema=None, **headers):
    response = {"description": description}
    if headers:
        response["headers"] = headers
    if schema:
        response["content"] = {JSON: {"schema": ref(schema)}}
    return response


def shown(description, schema=None, **headers):
    return answer(description, schema, **VERSIONS_HEADER, **headers)


def started(description, header, schema=None):
    """The answer that starts a long-running operation: for pools of custom containers, and for
    other pools if an option or a fault asks for it."""
    where = {header: {"required": True, "schema": HTTPS}}
    return answer(description, schema, **VERSIONS_HEADER, **where, **RETRY_AFTER)


def operation(operation_id, summary, source, confidence, responses, body=None):
    described = {
        "operationId": operation_id,
        "summary": summary,
        "x-source": f"section {source}",
        "x-confidence": confidence,
        "parameters": [{"$ref": "#/components/parameters/ApiVersion"}],
        "responses": responses | {"default": answer("a refusal", "ErrorResponse")},
    }
    if body:
        described["requestBody"] = {"required": True, "content": {JSON: {"schema": ref(body)}}}
    return described


def of_pools(name, *arguments, **named):
    return operation(f"ContainerAppsSessionPools_{name}", *arguments, **named)


def pool_operations():
    put = {
        "200": shown("the finished pool", "SessionPool"),
        "201": started("the pool, in progress", "azure-asyncoperation", "SessionPool"),
    }
    patched = {
        "200": shown("the changed pool", "SessionPoolOfGet"),
        "202": started("in progress", "location"),
    }
    gone = {
        "202": started("in progress", "location"),
        "204": shown("it is gone, or there was none"),
    }
    got = {"200": shown("the pool", "SessionPoolOfGet")}
    return {
        "get": of_pools("Get", "Shows a session pool", "1.4", "recorded", got),
        "put": of_pools(
            "CreateOrUpdate",
            "Creates a session pool or replaces its definition",
            "1.4",
            "recorded",
            put,
            body="SessionPoolOfRequest",
        ),
        "patch": of_pools(
            "Update",
            "Merges into the definition of a session pool",
            "1.4",
            "specified",
            patched,
            body="SessionPoolUpdate",
        ),
        "delete": of_pools("Delete", "Ends a session pool", "1.4", "recorded", gone),
    }


def list_operation(name, where):
    listed = {"200": shown("all of them, in one page", "SessionPoolCollection")}
    return {
        "get": of_pools(name, f"Lists the session pools of a {where}", "1.4", "recorded", listed)
    }


def mcp_operation(name):
    """No pool of the emulator has an MCP server, so this operation never succeeds."""
    return {"post": of_pools(name, "Refused: the pool has no MCP server", "1.5", "documented", {})}


def operation_results():
    status = {"200": answer("how far it is", "OperationStatus")}
    result = {
        "200": answer("the resource, after a change", "SessionPoolOfGet"),
        "202": answer("in progress", **RETRY_AFTER),
        "204": answer("done, after a deletion"),
    }
    return {
        OPERATIONS + "/operationStatuses/{id}": {
            "get": operation("OperationStatuses_Get", "Polls a creation", "1.4", "recorded", status)
        },
        OPERATIONS + "/operationResults/{id}": {
            "get": operation(
                "OperationResults_Get", "Polls a change or a deletion", "1.4", "recorded", result
            )
        },
    }


def path_parameters(path):
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    return [{"name": name, "in": "path", "required": True, "schema": TEXT} for name in names]


def paths():
    described = {
        SUBSCRIPTION + TYPE: list_operation("ListBySubscription", "subscription"),
        GROUP + TYPE: list_operation("ListByResourceGroup", "resource group"),
        POOL: pool_operations(),
        POOL + "/fetchMcpServerCredentials": mcp_operation("FetchMcpServerCredentials"),
        POOL + "/rotateMcpServerCredentials": mcp_operation("RotateMcpServerCredentials"),
        **operation_results(),
    }
    for path, item in described.items():
        for one in item.values():
            one["parameters"] = [*path_parameters(path), *one["parameters"]]
    return described


def document(version):
    api_version = {"type": "string", "enum": [version.name]}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Session pools in Azure Resource Manager as dynsessions emulates them",
            "version": version.name,
            "description": "Written by api-spec/arm_openapi.py; do not edit.",
        },
        "servers": [{"url": "https://localhost:7443"}],
        "security": [{"bearer": []}],
        "paths": paths(),
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            "parameters": {
                "ApiVersion": {
                    "name": "api-version",
                    "in": "query",
                    "required": True,
                    "schema": api_version,
                }
            },
            "schemas": schemas(version),
        },
    }


def main(directory):
    for version in VERSIONS:
        path = Path(directory) / version.name / "openapi.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(document(version), indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent / "control_plane")
