"""Facts of the official documents: their declarations, and their examples as values."""

import json
from pathlib import Path

from declared import declared


def _example(version, path, operations):
    example = json.loads(path.read_text())
    ((status, response),) = example["responses"].items()
    method_and_path = operations[example["operationId"]]
    return {
        "source": f"{version}/{path.stem}",
        "version": version,
        "operation": method_and_path,
        "parameters": example["parameters"],
        "status": status,
        "headers": response.get("headers", {}),
        **({"body": response["body"]} if "body" in response else {}),
    }


def _names(document):
    return {
        operation["operationId"]: f"{method.upper()} {path}"
        for path, item in document["paths"].items()
        for method, operation in item.items()
    }


def derive(contract):
    """Returns the facts of `official/` below the directory `contract`; drafts are left out."""
    statements, examples = [], []
    for path in sorted((Path(contract) / "official").glob("*/DynamicSessions.json")):
        version = path.parent.name
        document = json.loads(path.read_text())
        for statement, facets in declared(document).items():
            statements.append({"version": version, "statement": statement, "facets": facets})
        for example in sorted((path.parent / "examples").glob("*.json")):
            examples.append(_example(version, example, _names(document)))
    return {"statements": statements, "examples": examples}
