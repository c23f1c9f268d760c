"""Facts of the official documents of `Microsoft.App/sessionPools`: the members of the resource at
each api-version, and the operations of the version that has a separate document.

    "properties.scaleConfiguration.maxConcurrentSessions" -> {"kind": "integer"}
"""

import json
from pathlib import Path

BICEP = "bicep-type.sessionPools.flattened.json"
OPERATIONS = "SessionPools.json"


def _kind(described):
    return "string" if {"enum", "const"} & set(described) else described["type"]


def _side(described):
    """Returns where the member stands: `ReadOnly` in answers only, `WriteOnly` in requests only."""
    flags = set(described.get("flags", ()))
    return "answers" if "ReadOnly" in flags else "requests" if "WriteOnly" in flags else None


def members(described, where="", only=None):
    """Returns the facts of every member by its path; `[]` is an array's items."""
    found = {}
    for name, member in described.get("properties", {}).items():
        path = f"{where}.{name}" if where else name
        side = only or _side(member)
        found[path] = {"kind": _kind(member)}
        found[path] |= {"enum": member["enum"]} if "enum" in member else {}
        found[path] |= {"only": side} if side else {}
        found |= members(member, path, side)
        found |= members(member.get("items", {}), f"{path}[]", side)
    return found


def _operations(document):
    for path, item in document["paths"].items():
        for method, described in item.items():
            if isinstance(described, dict) and "operationId" in described:
                statuses = sorted(described["responses"])
                yield {
                    "operation": described["operationId"],
                    "method": method.upper(),
                    "path": path,
                    "statuses": statuses,
                }


def derive(contract):
    """Returns the facts of `official-arm/` below the directory `contract`."""
    found, operations = [], []
    for directory in sorted(path for path in (Path(contract) / "official-arm").iterdir()):
        version = directory.name
        if not directory.is_dir():
            continue
        body = json.loads((directory / BICEP).read_text())["body"]
        for path, facets in members(body).items():
            found.append({"version": version, "member": path, "facets": facets})
        if (directory / OPERATIONS).exists():
            document = json.loads((directory / OPERATIONS).read_text())
            operations += [{"version": version, **each} for each in _operations(document)]
    return {"members": found, "operations": operations}
