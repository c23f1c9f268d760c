"""Checks whether an answer of Azure Resource Manager is one that our OpenAPI documents of
`Microsoft.App/sessionPools` promise.

Other resources (groups, roles, deployments) have no document; their refusals must have the same
envelope.
"""

import functools
import json
from urllib.parse import parse_qs, urlsplit

from support.documents import DIRECTORY, AnswerValidator, Operation, body_violations

BELOW_SUBSCRIPTION = {"resourcegroups", "resources", "providers", "locations", "tagnames"}
BELOW_GROUP = {"resources", "providers", "exporttemplate", "deployments"}
BELOW_POOL = {"providers", "fetchmcpservercredentials", "rotatemcpservercredentials"}


def is_management(path):
    """Applies the rule of emulator/surfaces/control_plane/arm_path.cpp; all other paths belong to
    the data plane."""
    words = [word.lower() for word in path.split("/") if word]
    if words[:1] != ["subscriptions"]:
        return words in (["metadata", "endpoints"], ["tenants"]) or words[:1] == ["providers"]
    is_in_group = words[2:3] == ["resourcegroups"] and len(words) > 3
    rest = words[4:] if is_in_group else words[2:]
    is_below_pool = rest[:3] == ["providers", "microsoft.app", "sessionpools"] and len(rest) > 4
    if is_below_pool and rest[4] not in BELOW_POOL:
        return False
    return not rest or rest[0] in (BELOW_GROUP if is_in_group else BELOW_SUBSCRIPTION)


@functools.cache
def versions():
    paths = (DIRECTORY / "control_plane").glob("*/openapi.json")
    return tuple(sorted(path.parent.name for path in paths))


@functools.cache
def document(version):
    return json.loads((DIRECTORY / "control_plane" / version / "openapi.json").read_text())


@functools.cache
def operations(version):
    return [
        Operation(version, document(version), method, path, described)
        for path, item in document(version)["paths"].items()
        for method, described in item.items()
    ]


def operation_of(method, url):
    """Returns the operation that answers the request, or None if no document has its path or its
    api-version."""
    parts = urlsplit(url)
    asked = parse_qs(parts.query).get("api-version", [""])[0].lower()
    segments = [segment for segment in parts.path.split("/") if segment]
    found = [each for each in operations(asked) if each.matches(method, segments)]
    return found[0] if found else None


def violations(method, url, status, headers, content):
    """Returns what is wrong with an answer; empty if the documents promise it."""
    if method == "HEAD":
        return []
    version = parse_qs(urlsplit(url).query).get("api-version", [""])[0].lower()
    operation = operation_of(method, url) if version in versions() else None
    if operation is not None:
        return operation.violations(status, headers, content)
    if status < 400 or not content:
        return []
    return body_violations(_refusal_validator(), content)


@functools.cache
def _refusal_validator():
    newest = document(versions()[-1])
    return AnswerValidator(
        {"$ref": "#/components/schemas/ErrorResponse", "components": newest["components"]}
    )
