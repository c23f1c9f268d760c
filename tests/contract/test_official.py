"""Our OpenAPI documents compared with the official ones: every difference is here, with its
reason."""

import fnmatch
import json
from pathlib import Path

import pytest

import derive_facts
from declared import declared, differences

OFFICIAL = derive_facts.load("official.json")
VERSIONS = sorted({each["version"] for each in OFFICIAL["statements"]})
API_SPEC = Path(__file__).parents[2] / "api-spec"

# Maps statement and facet (patterns) to the reason for our difference. Sections and rows are those
# of CONTRACT.md.
REASONS = {
    ("* query api-version", "enum"): "a document is of one version",
    ("* query api-version", "minLength"): "the same",
    ("* query identifier", "pattern"): "section 1.3, row 23: the union of the patterns",
    (
        "* query identifier",
        "m*Length",
    ): "section 1.3: 4 to 128 at 2025-10-02-preview, as documented",
    ("* 20? body.error", "declared"): "section 1.5: never seen; a failed program says so on stderr",
    ("* 20? body.error.*", "declared"): "the same",
    ("* 20? header x-ms-error-code", "declared"): "section 1.6: recorded successes have none",
    ("* 20? header x-ms-*", "declared"): "section 1.6: recorded, or documented in 2026",
    ("*.$id", "declared"): "section 1.7: recorded, and not declared",
    ("* body.executionType", "enum"): "row 8: any casing, and the caller's is echoed",
    ("* body.codeInputType", "enum"): "row 8: any casing",
    ("* body.*Type", "pattern"): "row 8: the same words in any casing",
    ("POST /executions body.*", "type"): "row 6: null is as good as nothing",
    ("POST /executions body.executionType", "required"): "row 6: optional",
    ("POST /executions body.codeInputType", "required"): "row 6: optional",
    ("POST /executions body.timeoutInSeconds", "required"): "row 6: optional",
    ("POST /executions body.timeoutInSeconds", "minimum"): "row 7: less than 1 is refused",
    ("POST /executions body.timeoutInSeconds", "format"): "row 7: any whole number, capped",
    ("POST /executions body.outputStreamsMaxLength", "format"): "any whole number",
    ("POST /executions body.*", "maximum"): "of 64 bits with sign",
    ("POST /executions body.outputStreamsMaxLength", "minimum"): "less than 1 is refused",
    ("* body.result.*", "required"): "section 2.3: every finished execution has all four",
    ("* body.result.executionTimeInMilliseconds", "minimum"): "promised besides",
    ("* body*.sizeInBytes", "minimum"): "promised besides",
    ("* body*.sizeInBytes", "required"): "section 2.3: every recorded file has it",
    ("* body*.contentType", "required"): "row 24: filled",
    ("* body*.type", "required"): "row 25: left out of the metadata of 2024-10-02-preview",
    ("* body*.type", "enum"): "row 26: lower-case words",
    ("* body*.directory", "required"): "section 2.5: captures have it everywhere",
    ("* body*At", "pattern"): "section 1.7: up to seven digits",
    ("POST /executions 20? header operation-location", "pattern"): "row 31: absolute",
    ("* body.jupyterKernel.projectUrl", "pattern"): "absolute",
    ("GET /files 200 body.nextLink", "declared"): "row 30: absent",
    ("GET /files query recursive", "required"): "row 28: optional",
    ("GET /files query recursive", "type"): "a text: all but true means false",
    ("GET /listSessions query skip", "type"): "our parameters are texts; see the pattern",
    ("GET /listSessions query skip", "pattern"): "a whole number as a text",
    ("GET /listSessions query skip", "format"): "any whole number",
    ("GET /listSessions 200 body.nextLink", "pattern"): "absolute",
    ("GET /files/{name}/content 200", "media types"): "section 2.2: recorded as octet-stream only",
    ("POST /files body.file", "type"): "the same in OpenAPI 3.1",
    ("POST /files body.file", "format"): "the same in OpenAPI 3.1",
    ("any operation refused body.error.details*", "declared"): "section 1.5: never seen",
    ("any operation refused body.error.innererror*", "declared"): "section 1.5: never seen",
    ("any operation refused body.error.traceId", "declared"): "section 1.5: seen, not declared",
    ("any operation refused header www-authenticate", "declared"): "section 1.4: seen",
}


def ours(version):
    return declared(json.loads((API_SPEC / version / "openapi.json").read_text()))


def official(version):
    of_version = [each for each in OFFICIAL["statements"] if each["version"] == version]
    return {each["statement"]: each["facets"] for each in of_version}


def reason_for(statement, facet):
    return [
        pattern
        for pattern in REASONS
        if fnmatch.fnmatchcase(statement, pattern[0]) and fnmatch.fnmatchcase(facet, pattern[1])
    ]


@pytest.mark.parametrize("version", VERSIONS)
def test_every_difference_from_the_official_document_has_a_reason(version):
    unexplained = {
        f"{statement}: {facet}": f"official {theirs!r}, ours {mine!r}"
        for (statement, facet), (theirs, mine) in differences(
            official(version), ours(version)
        ).items()
        if not reason_for(statement, facet)
    }
    assert unexplained == {}


def test_every_reason_is_needed():
    used = {
        pattern
        for version in VERSIONS
        for statement, facet in differences(official(version), ours(version))
        for pattern in reason_for(statement, facet)
    }
    assert used == set(REASONS)


def test_the_official_documents_are_there():
    assert VERSIONS == ["2024-10-02-preview", "2025-02-02-preview", "2025-10-02-preview"]
    operations = {s["statement"] for s in OFFICIAL["statements"] if s["facets"] == {}}
    assert {"POST /executions", "DELETE /session", "GET /metadata"} <= operations
