"""Our OpenAPI documents of session pools in Azure Resource Manager compared with the official
shapes: every difference is here, with its reason.
"""

import fnmatch
import json
import subprocess
import sys
import uuid

import pytest

import derive_facts
from official_arm import members
from support import arm_documents
from support.arm import SUBSCRIPTION, Arm, python_pool

OFFICIAL = derive_facts.load("official_arm.json")
VERSIONS = sorted({each["version"] for each in OFFICIAL["members"]})
POOLS = "/providers/Microsoft.App/sessionPools"
SCRIPT = arm_documents.DIRECTORY / "arm_openapi.py"

# Maps side, member and facet (patterns) to the reason for our difference. Sections are those of
# CONTROL-PLANE.md.
REASONS = {
    ("answer", "apiVersion", "declared"): "of templates only",
    ("answer", "type", "enum"): "recorded in lower case",
    ("request", "name", "declared"): "the path has the name",
    ("answer", "properties.templateUpdateStatus*", "declared"): "section 1.6: recorded with every "
    "version, without a desired template",
    ("*", "properties.customContainerTemplate*", "declared"): "section 1.6: every version takes "
    "and shows the same",
    ("*", "*.resources.cpu", "kind"): "official examples and recordings have fractions",
    ("answer", "properties.containerType", "enum"): "the types that the emulator has",
    ("answer", "properties.poolManagementType", "enum"): "section 1.3: only Dynamic works",
    ("answer", "properties.provisioningState", "enum"): "nothing fails after its answer, and "
    "deleted pools are gone at once",
    ("answer", "properties.managedIdentitySettings[[]].lifecycle", "enum"): "section 1.3: two of "
    "the words are of previews",
    ("answer", "properties.mcpServerSettings*", "*"): "section 1.3: no pool has an MCP server, and "
    "recordings show null with every version from 2025-02-02-preview on",
    ("request", "properties.mcpServerSettings*", "declared"): "every version takes it, and it can "
    "only be off",
    ("request", "properties.managedIdentitySettings*", "declared"): "every version takes them",
    ("answer", "identity.type", "enum"): "section 1.3: answers have a space",
    ("*", "identity*", "declared"): "recorded with versions whose contract lacks it",
    ("request", "*", "enum"): "words are compared without regard to case, then refused by the "
    "service's codes",
    ("*", "properties.dynamicPoolConfiguration.*", "declared"): "both spellings are taken with "
    "every version; section 1.6: OnContainerExit at the older ones",
}


def schemas_of(version):
    return arm_documents.document(version)["components"]["schemas"]


def resolved(schema, schemas):
    """Returns the schema in the form of the Bicep types, which official_arm.py reads."""
    if "$ref" in schema:
        return resolved(schemas[schema["$ref"].rsplit("/", 1)[1]], schemas)
    kinds = schema.get("type", "any")
    kinds = [kinds] if isinstance(kinds, str) else kinds
    kind = next((one for one in kinds if one != "null"), "null")
    if "enum" in schema:
        return {"enum": schema["enum"]}
    properties = schema.get("properties", {})
    shown = {
        "type": kind,
        "properties": {name: resolved(one, schemas) for name, one in properties.items()},
    }
    if "items" in schema:
        shown["items"] = resolved(schema["items"], schemas)
    return shown


def ours(version, name):
    schemas = schemas_of(version)
    return members(resolved(schemas[name], schemas))


def official(version, side):
    other = {"answer": "requests", "request": "answers"}[side]
    return {
        each["member"]: {name: value for name, value in each["facets"].items() if name != "only"}
        for each in OFFICIAL["members"]
        if each["version"] == version and each["facets"].get("only") != other
    }


SIDES = {"answer": "SessionPoolOfGet", "request": "SessionPoolOfRequest"}


def differences(version):
    """Maps (side, member, facet) to the official declaration and to that of our document."""
    for side, name in SIDES.items():
        theirs, mine = official(version, side), ours(version, name)
        for member in sorted(set(theirs) | set(mine)):
            if member not in theirs or member not in mine:
                yield (side, member, "declared"), (member in theirs, member in mine)
                continue
            for facet in sorted({*theirs[member], *mine[member]}):
                one, other = theirs[member].get(facet), mine[member].get(facet)
                if one != other and not (
                    facet == "enum" and sorted(one or ()) == sorted(other or ())
                ):
                    yield (side, member, facet), (one, other)


def reasons_for(difference):
    return [
        pattern
        for pattern in REASONS
        if all(fnmatch.fnmatchcase(*pair) for pair in zip(difference, pattern, strict=True))
    ]


@pytest.mark.parametrize("version", VERSIONS)
def test_every_difference_from_the_official_shape_has_a_reason(version):
    unexplained = {
        " ".join(difference): f"official {theirs!r}, ours {mine!r}"
        for difference, (theirs, mine) in differences(version)
        if not reasons_for(difference)
    }
    assert unexplained == {}


def test_every_reason_is_needed():
    used = {
        pattern
        for version in VERSIONS
        for difference, _ in differences(version)
        for pattern in reasons_for(difference)
    }
    assert used == set(REASONS)


def statuses_of(version):
    """Returns the statuses of our operations on session pools, by operation id and path."""
    return {
        (described["operationId"], method.upper(), path): sorted(described["responses"])
        for path, item in arm_documents.document(version)["paths"].items()
        for method, described in item.items()
        if described["operationId"].startswith("ContainerAppsSessionPools_")
    }


@pytest.mark.parametrize("each", OFFICIAL["operations"], ids=lambda each: each["operation"])
def test_official_operations_have_the_same_paths_and_statuses(each):
    key = (each["operation"], each["method"], each["path"])
    mine = statuses_of(each["version"])
    assert key in mine
    # ARM answers a deleted code pool with 204 (recorded), and the document has the same statuses.
    assert mine[key] == each["statuses"]


def test_the_official_shapes_are_there():
    assert len(VERSIONS) == 8 and len(OFFICIAL["operations"]) == 6
    assert set(VERSIONS) < set(arm_documents.versions())


def test_documents_are_those_that_the_script_writes(tmp_path):
    subprocess.run([sys.executable, SCRIPT, tmp_path], check=True)
    written = {path.relative_to(tmp_path): path.read_text() for path in tmp_path.rglob("*.json")}
    directory = arm_documents.DIRECTORY / "control_plane"
    in_tree = {path.relative_to(directory): path.read_text() for path in directory.rglob("*.json")}
    assert written == in_tree, "run `api-spec/arm_openapi.py`"


def test_there_is_a_document_for_every_version_that_a_server_has(emulator):
    path = f"/subscriptions/{SUBSCRIPTION}{POOLS}"
    supported = Arm(emulator).send("GET", path).headers["api-supported-versions"]
    assert tuple(sorted(supported.split(", "))) == arm_documents.versions()


@pytest.mark.parametrize("version", arm_documents.versions())
def test_every_answer_about_a_pool_is_promised_at_every_version(emulator, version):
    """support/answer_check.py fails the test for an answer that the document of the version
    lacks."""
    arm, name = Arm(emulator), f"pool-{uuid.uuid4().hex[:12]}"
    assert arm.pool("PUT", name, python_pool(), version).status_code == 200
    user = {"/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/x": {}}
    changes = {
        "tags": {"a": "b"},
        "identity": {"type": "SystemAssigned,UserAssigned", "userAssignedIdentities": user},
        "properties": {"secrets": [{"name": "s", "value": "v"}]},
    }
    assert arm.pool("PATCH", name, changes, version).status_code == 200
    assert arm.pool("GET", name, None, version).json()["tags"] == {"a": "b"}
    for scope in (arm.scope(), f"/subscriptions/{SUBSCRIPTION}"):
        listed = arm.send("GET", f"{scope}{POOLS}", None, version)
        assert name in [pool["name"] for pool in listed.json()["value"]]
    fetch = f"{arm.pool_id(name)}/fetchMcpServerCredentials"
    assert arm.send("POST", fetch, None, version).status_code == 400
    assert arm.pool("DELETE", name, None, version).status_code == 204
    assert arm.pool("GET", name, None, version).status_code == 404


def test_the_check_notices_an_answer_that_no_document_promises():
    path = (
        f"https://localhost/subscriptions/s/resourceGroups/g{POOLS}/a-pool?api-version=2026-01-01"
    )
    headers = {"content-type": "application/json", "api-supported-versions": "2026-01-01"}

    def found(status, body):
        content = json.dumps(body).encode()
        return arm_documents.violations("GET", path, status, headers, content)

    refusal = {"error": {"code": "ResourceNotFound", "message": "It was not found."}}
    assert found(404, refusal) == []
    assert found(404, {"message": "no"}) != []
    assert found(200, {"id": "/subscriptions/s"}) != []
    assert found(204, {}) != []
