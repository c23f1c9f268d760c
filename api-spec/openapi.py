#!/usr/bin/env python3
"""Writes our OpenAPI documents, one per api-version: api-spec/<api-version>/openapi.json.

    api-spec/openapi.py [DIRECTORY]

Each says what this emulator promises at that version, in our own words; sections and rows are those
of CONTRACT.md. `x-confidence` is how we know that the service does the same:
recorded, specified, observed, documented or guess (see api-spec/README.md).
"""

import json
import sys
from pathlib import Path

from openapi_schemas import (
    DECIMAL,
    FLAT,
    FLAT_2024,
    FLAT_2025_02,
    FLAT_2025_10,
    PYTHON,
    TEXT,
    URI,
    VERSIONS,
    WHOLE_NUMBER,
    WITH_SESSIONS,
    WRAPPED,
    schema,
    schemas,
)

JSON = "application/json"


def query(name, required=False, **of_schema):
    parameter = {"name": name, "in": "query", "required": required}
    return parameter | {"schema": {"type": "string", **of_schema}}


def api_version(version):
    """The versions whose document this is; `python/*` is older than the parameter (section 1.2)."""
    if version == PYTHON:
        return query("api-version")
    same = [version, "2024-08-02-preview"] if version == WRAPPED else [version]
    return query("api-version", True, enum=same)


def path_parameter(name):
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def identifier(version):
    shortest, longest = (4, 128) if version == FLAT_2025_10 else (1, 256)
    # The marks of the newest pattern; the older ones are subsets (section 1.3).
    marks = r"""_|}{\[\]:"';<>?\/.,@#$%\^&*()\-+=!~`"""
    pattern = f"^[A-Za-z0-9{marks}]+$"
    required = version != PYTHON  # the body of a `python/*` request can contain the identifier
    return query("identifier", required, minLength=shortest, maxLength=longest, pattern=pattern)


def answer(description, content_type=None, of_schema=None):
    response = {"description": description}
    if content_type:
        response["content"] = {content_type: {"schema": of_schema or {}}}
    return response


def refusals(*codes):
    texts = {
        "400": "a rule of the request was broken",
        "403": "the token lacks the role, or the request comes from a foreign web page",
        "404": "the file, the execution or the pool does not exist, or the pool is full",
        "413": "the body is over the limit of its operation",
        "421": "a Host that a foreign web page could have (the emulator's own)",
        "500": "no interpreter could be started",
        "503": "the emulator is stopping",
        "507": "the session's storage is full (the emulator's own)",
    }
    codes = sorted({*codes, "403", "404", "421", "500", "503"})
    all_refusals = {code: answer(texts[code], JSON, schema("Error")) for code in codes}
    for refusal in all_refusals.values():
        refusal["headers"] = {"x-ms-error-code": {"required": True, "schema": TEXT}}
    # A 500 has only this code: an internal error is a bug, which no document promises.
    all_refusals["500"]["headers"]["x-ms-error-code"]["schema"] = {
        "const": "SessionAllocationFailed"
    }
    all_refusals["401"] = answer("no usable token; no body (section 1.4)")
    all_refusals["401"]["headers"] = {"www-authenticate": {"required": True, "schema": TEXT}}
    return all_refusals


def operation(operation_id, summary, source, confidence, parameters, responses, body=None):
    described = {
        "operationId": operation_id,
        "summary": summary,
        "x-source": source,
        "x-confidence": confidence,
        "parameters": [{"$ref": "#/components/parameters/ApiVersion"}, *parameters],
        "responses": responses,
    }
    if body:
        described["requestBody"] = {"required": True, "content": body}
    return described


def confidence_of(version):
    return {WRAPPED: "recorded", FLAT_2024: "recorded", PYTHON: "documented"}.get(
        version, "specified"
    )


def source_of(version):
    sections = {PYTHON: "2.1", WRAPPED: "2.2", FLAT_2024: "2.3", FLAT_2025_02: "2.4"}
    return f"section {sections.get(version, '2.5')}"


def execution_headers(version):
    """The headers with facts about an execution (section 1.6)."""
    milliseconds = ("allocation", "preparation", "overall-execution", "total-execution-service")
    headers = {f"x-ms-{what}-time": DECIMAL for what in milliseconds}
    headers["x-ms-execution-read-response-time"] = DECIMAL
    whole = ("allocation-retries", "execution-request-time", "container-execution-duration")
    headers |= {f"x-ms-{what}": WHOLE_NUMBER for what in whole}
    headers["x-ms-session-guid"] = TEXT
    if version == FLAT_2025_10:
        headers["x-ms-new-allocation"] = {"enum": ["true", "false"]}
    if version in FLAT:  # only the flat dialect has asynchronous executions
        headers |= {"operation-id": TEXT, "operation-location": URI}
    return headers


def execute(version):
    status = "202" if version == FLAT_2024 else "200"  # section 8 row 1
    done = answer("the outcome; a failed program is a success of HTTP", JSON)
    done["content"] = {JSON: {"schema": schema("Execution")}}
    parameters = [identifier(version)]
    if version in FLAT:
        done["links"] = link("getExecution", executionId="$response.body#/id")
        header = {"name": "operation-id", "in": "header", "schema": {"type": "string"}}
        parameters.append(header | {"description": "becomes the execution's id"})
    done["headers"] = {
        name: {"schema": of_schema} for name, of_schema in execution_headers(version).items()
    }
    return operation(
        "execute",
        "Runs a program in the session, which is created when it does not exist",
        source_of(version),
        confidence_of(version),
        parameters,
        {status: done, **refusals("400", "404", "413")},
        {JSON: {"schema": schema("ExecuteRequest")}},
    )


def on_file(
    version, operation_id, summary, parameters, response, refused=("400", "404"), body=None
):
    """An operation on the files of a session; `response` is a status and its answer."""
    session = [identifier(version), *([query("path")] if version != PYTHON else [])]
    return operation(
        operation_id,
        summary,
        source_of(version),
        confidence_of(version),
        [*parameters, *session],
        {response[0]: response[1], **refusals(*refused)},
        body,
    )


def link(operation_id, **parameters):
    """A link to an operation that can follow in the same session, with values of this answer."""
    same = {"identifier": "$request.query.identifier"}
    return {operation_id: {"operationId": operation_id, "parameters": {**same, **parameters}}}


def links_of_upload(version):
    if version == PYTHON:
        return link("getFileContent", filename="$response.body#/$values/0/filename")
    pointer = "/name" if version in FLAT else "/value/0/properties/filename"
    stored = {"name": f"$response.body#{pointer}"}
    operations = ("getFile", "getFileContent", "deleteFile")
    return {name: link(name, **stored)[name] for name in operations}


def upload(version):
    stored = answer("what was stored", JSON, schema("File" if version in FLAT else "FileList"))
    stored["links"] = links_of_upload(version)
    form = {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}
    return on_file(
        version,
        "uploadFile",
        "Stores a file; one of the same name is replaced",
        [],
        ("200", stored),
        ("400", "404", "413", "507"),
        {"multipart/form-data": {"schema": form | {"required": ["file"]}}},
    )


def list_files(version):
    recursive = [query("recursive")] if version == FLAT_2025_10 else []
    listed = answer("its entries", JSON, schema("FileList"))
    return on_file(version, "listFiles", "Lists a directory", recursive, ("200", listed))


def file_content(version):
    named = query("filename", True) if version == PYTHON else path_parameter("name")
    content = {"type": "string", "format": "binary"}
    sent = answer("the bytes", "application/octet-stream", content)
    described = on_file(version, "getFileContent", "The bytes of a file", [named], ("200", sent))
    # Recorded answers have no accept-ranges, etag or last-modified, so ranges and conditions are
    # ignored.
    return described | {
        "description": "Always the whole file: Range and If-None-Match are ignored, since answers "
        "have neither accept-ranges nor etag. HEAD is refused as any wrong method is (guess)."
    }


def file_operations(version):
    if version == PYTHON:
        return {
            "/python/uploadFile": {"post": upload(version)},
            "/python/files": {"get": list_files(version)},
            "/python/downloadFile": {"get": file_content(version)},
        }
    named = [path_parameter("name")]
    described = ("200", answer("the file", JSON, schema("File")))
    gone = ("204", answer("it is gone"))
    flat = version in FLAT
    paths_of = {"/files" if flat else "/files/upload": {"post": upload(version)}}
    paths_of.setdefault("/files", {})["get"] = list_files(version)
    paths_of["/files/{name}"] = {
        "get": on_file(version, "getFile", "Describes a file", named, described),
        "delete": on_file(version, "deleteFile", "Deletes a file", named, gone),
    }
    content_path = "/files/{name}/content" if flat else "/files/content/{name}"
    paths_of[content_path] = {"get": file_content(version)}
    return paths_of


def on_pool(operation_id, summary, parameters, response, source="section 2.4", how="specified"):
    """An operation on sessions themselves; `response` is a status and its answer."""
    responses = {response[0]: response[1], **refusals("400")}
    return operation(operation_id, summary, source, how, parameters, responses)


def managed(operation_id, summary, parameters, *content):
    """Documented for pools of custom containers; answered here at every api-version."""
    shown = ("200", answer(summary, *content))
    return on_pool(operation_id, summary, parameters, shown, "section 3.1", "documented")


def management_operations(version):
    one, skip = [identifier(version)], [query("skip", pattern="^[0-9]+$")]
    page = (skip, JSON, schema("ManagedSessionList"))
    listing = {
        "post": managed("listManagedSessions", "Lists the sessions of the pool", *page),
        "get": managed("readManagedSessions", "The same, as a next link is followed", *page),
    }
    described = managed(
        "getManagedSession", "Describes a session", one, JSON, schema("ManagedSession")
    )
    stopped = managed(
        "stopManagedSession", "Ends a session, in a sentence", one, "text/plain", TEXT
    )
    return {
        "/.management/getSession": {"post": described},
        "/.management/stopSession": {"post": stopped},
        "/.management/listSessions": listing,
    }


def session_operations(version):
    one = [identifier(version)]
    described = ("200", answer("the session", JSON, schema("Session")))
    gone = ("204", answer("it is gone"))
    page = ("200", answer("a page", JSON, schema("SessionList")))
    environment = ("200", answer("the environment", JSON, schema("Metadata")))
    skip = [query("skip", pattern="^[0-9]+$")]
    paged = "section 2.4, section 8 row 38 for the page"
    list_summary = "Lists the sessions of the pool, 300 at a time"
    get_summary = "Describes a session; never creates one"
    return {
        "/session": {
            "get": on_pool("getSession", get_summary, one, described),
            "delete": on_pool("deleteSession", "Ends a session", one, gone),
        },
        "/listSessions": {"get": on_pool("listSessions", list_summary, skip, page, paged)},
        "/metadata": {
            "get": on_pool("getMetadata", "What is installed in a session", [], environment)
        },
    }


def paths(version):
    execute_path = {PYTHON: "/python/execute", WRAPPED: "/code/execute"}.get(version, "/executions")
    all_paths = {execute_path: {"post": execute(version)}}
    if version in FLAT:
        all_paths["/executions/{executionId}"] = {
            "get": operation(
                "getExecution",
                "Describes an asynchronous execution",
                "section 2.3",
                "specified",
                [path_parameter("executionId"), identifier(version)],
                {
                    "200": answer("how far it is", JSON, schema("Execution")),
                    **refusals("400", "404"),
                },
            )
        }
    all_paths |= file_operations(version)
    if version in WITH_SESSIONS:
        all_paths |= session_operations(version)
    if version == WRAPPED:
        all_paths |= management_operations(version)
    return all_paths


def document(version):
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Dynamic sessions as dynsessions emulates them",
            "version": version,
            "description": "Written by api-spec/openapi.py; do not edit.",
        },
        "servers": [{"url": "http://127.0.0.1:7070"}],
        "security": [{"bearer": []}],
        "paths": paths(version),
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            "parameters": {"ApiVersion": api_version(version)},
            "schemas": schemas(version),
        },
    }


def main(directory):
    for version in VERSIONS:
        path = Path(directory) / version / "openapi.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(document(version), indent=2) + "\n")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent)
