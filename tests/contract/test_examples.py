"""Every official example fits our OpenAPI documents, or is listed with its mismatches and the
reason."""

import json
import re
from fnmatch import fnmatchcase

import pytest
from jsonschema import Draft202012Validator

import derive_facts
from declared import resolved
from support.documents import operations

EXAMPLES = derive_facts.load("official.json")["examples"]

# Maps an example and its mismatch to the reason. Sections and rows are those of CONTRACT.md.
SLIPS = {
    ("2025-02-02-preview/CodeExecution_Execute_*", "status 202"): (
        "appendix B: a status that the document itself no longer declares"
    ),
    ("2025-02-02-preview/ListSessions_Get", "parameter offset"): "section 2.4: it is called skip",
    ("2025-02-02-preview/ListSessions_Get", "parameter limit"): "section 2.4: not declared",
    ("*", "$*At"): "section 1.7: the service leaves out zeros at the end of a fraction of a second",
    ("*/SessionResourceFiles_*", "$*.type"): "row 26: lower-case on the wire",
    (
        "*/SessionResourceFiles_List*",
        "$ has nextLink",
    ): "row 30: null in examples, absent in captures",
    ("*/SessionResourceFiles_List", "$.value[] lacks sizeInBytes"): (
        "section 2.5: the recursive example shows 4096 for a directory"
    ),
    ("*/SessionResourceFiles_List", "$.value[] lacks contentType"): (
        "section 2.5: the recursive example shows application/octet-stream for a directory"
    ),
}


def operation_of(example):
    method, path = example["operation"].split(" ")
    return next(
        each
        for each in operations()
        if (each.version, each.method, each.path) == (example["version"], method, path)
    )


def mismatches(operation, schema, instance, where):
    """Returns the mismatches, without the values: `$.value[].type`, `$ has nextLink`, `$ lacks
    etag`."""
    for error in operation.validator(schema, Draft202012Validator).iter_errors(instance):
        path = where + re.sub(r"\[\d+\]", "[]", error.json_path.removeprefix("$"))
        if error.validator == "required":
            yield f"{path} lacks {error.message.split(chr(39))[1]}"
        elif error.validator == "additionalProperties":
            extra = sorted(set(error.instance) - set(error.schema["properties"]))
            yield from (f"{path} has {name}" for name in extra)
        else:
            yield path


def wrong_request(example, operation):
    parameters = [resolved(operation.document, each) for each in operation.described["parameters"]]
    declared = {each["name"]: each for each in parameters}
    for name, value in example["parameters"].items():
        if name == "codeExecutionRequest":
            schema = {"$ref": "#/components/schemas/ExecuteRequest"}
            yield from mismatches(operation, schema, value, "request")
        elif name == "file":
            assert "multipart/form-data" in operation.described["requestBody"]["content"]
        elif name not in declared:
            yield f"parameter {name}"
        else:
            text = value if isinstance(value, str) else json.dumps(value)
            yield from mismatches(operation, declared[name]["schema"], text, f"parameter {name}")
    for name, parameter in declared.items():
        if parameter.get("required") and name not in example["parameters"]:
            yield f"parameter {name} is missing"


def wrong_answer(example, operation):
    status = example["status"]
    if status not in operation.described["responses"]:
        yield f"status {status}"
        status = next(each for each in operation.described["responses"] if each.startswith("2"))
    response = operation.described["responses"][status]
    for name in example["headers"]:
        if name.lower() not in response.get("headers", {}):
            yield f"header {name}"
    for media_type, content in response.get("content", {}).items():
        if media_type == "application/json":
            yield from mismatches(operation, content["schema"], example["body"], "$")
    if "content" not in response and "body" in example:
        yield "body"


def wrong(example):
    operation = operation_of(example)
    return {*wrong_request(example, operation), *wrong_answer(example, operation)}


def slips(example, what):
    return [
        pattern
        for pattern in SLIPS
        if fnmatchcase(example["source"], pattern[0])
        and fnmatchcase(what.replace("[]", ""), pattern[1].replace("[]", ""))
    ]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: each["source"])
def test_an_official_example_fits_our_document(example):
    assert [what for what in wrong(example) if not slips(example, what)] == []


def test_every_slip_is_needed():
    used = {
        slip for example in EXAMPLES for what in wrong(example) for slip in slips(example, what)
    }
    assert used == set(SLIPS)


def test_the_examples_are_there():
    assert len(EXAMPLES) == 20
