#!/usr/bin/env python3
"""Writes the OpenAPI document of the emulator's own API: api-spec/admin-api.json, which the
server has inside and serves at /openapi.json.

    api-spec/admin_openapi.py [FILE]

A row of SERVER, OF_POOL or COMMON stands for a row of the table in
emulator/surfaces/admin/admin_api.cpp; tests/unit/surfaces/admin/admin_document_test.cpp compares
both.
"""

import json
import sys
from pathlib import Path

from admin_openapi_schemas import (
    ANY_OBJECT,
    ENTRY_MATCH,
    EXPECTATION,
    FLAG,
    PACKAGES,
    REFUSED_SLOT,
    SCHEMAS,
    SLOT,
    TEXT,
    TEXTS,
    TIME,
    VERDICT,
    WHOLE,
    array_of,
    list_of,
    record,
    ref,
    request_object,
    whole,
    words,
)

JSON = "application/json"
POOL = "/pools/{pool}"
FULL_POOL = "/subscriptions/{subscription}/resourceGroups/{resourceGroup}/sessionPools/{pool}"

REFUSALS = {
    "400": "the request breaks a rule; `field` names what is wrong",
    "401": "the token of the admin API is missing or wrong",
    "403": "the request comes from a foreign web page",
    "404": "there is no such pool, session or rule",
    "409": "the state forbids it",
    "413": "the body is over 4 MiB",
    "421": "a Host that a foreign web page could have",
    "429": "there are 10,000 pools",
    "500": "a sandbox cannot be made",
    "503": "the server is stopping",
}


def answer(description, schema=None, content_type=JSON):
    if schema is None:
        return {"description": description}
    return {"description": description, "content": {content_type: {"schema": schema}}}


def query(name, schema, description=None, required=False):
    parameter = {"name": name, "in": "query", "required": required, "schema": schema}
    return {**parameter, "description": description} if description else parameter


def path_parameter(name):
    return {"name": name, "in": "path", "required": True, "schema": {**TEXT, "minLength": 1}}


SELECT = [
    *(query(name, TEXT, "glob") for name in ENTRY_MATCH["properties"] if name != "status"),
    query("status", whole(0, 599)),
    query("since", TEXT, "id of a request, or a time"),
    query("limit", whole(0, 2**31), "the newest of that number"),
]
SESSION_QUERY = query("session", TEXT, "guid: only what concerns this session")
EVENTS = answer(
    "server-sent events; `dropped` tells how many a slow reader has missed",
    TEXT,
    "text/event-stream",
)


def operation(method, path, name, summary, answers, parameters=(), body=None, content_type=JSON):
    """Describes a row of the table, with the path below its scope and the name that the log uses."""
    return {
        "method": method,
        "path": path,
        "name": name,
        "summary": summary,
        "answers": answers,
        "parameters": list(parameters),
        "body": body,
        "content_type": content_type,
    }


def gives(schema, description="done", status="200", *also):
    return {status: answer(description, schema), **{code: None for code in also}}


NOTHING = {"204": answer("done")}
HEALTH = record(
    {
        "status": words("ready", "not ready"),
        "components": array_of(record({"name": TEXT, "ready": FLAG, "detail": TEXT})),
    }
)

BYTES = {"type": "string", "format": "binary"}

SERVER = [
    operation(
        "get",
        "/health/live",
        "live",
        "Whether the process answers.",
        gives(record({"status": {"const": "live"}})),
    ),
    operation(
        "get",
        "/health/ready",
        "ready",
        "Whether an execution can be answered at once.",
        {**gives(HEALTH, "ready"), "503": answer("not ready", HEALTH)},
    ),
    operation(
        "get",
        "/server",
        "server",
        "The addresses of the server, as in its ready line.",
        gives({"type": "object", "required": ["event", "pid", "http", "admin"]}),
    ),
    operation(
        "get",
        "/version",
        "version",
        "Name and version.",
        gives(record({"name": TEXT, "version": TEXT})),
    ),
    operation(
        "get",
        "/metrics",
        "metrics",
        "Counts for Prometheus.",
        {"200": answer("text format 0.0.4", TEXT, "text/plain")},
    ),
    operation("get", "/openapi.json", "openapi", "This document.", gives(ANY_OBJECT)),
    operation("get", "/pools", "list_pools", "The pools that exist.", gives(list_of(ref("Pool")))),
    operation(
        "get",
        "/packages",
        "get_packages",
        "Whether new sessions have the packages of the requirements file.",
        gives(PACKAGES),
    ),
    operation(
        "post",
        "/packages/reload",
        "reload_packages",
        "Reads the requirements file again; answers when that is done or has failed.",
        gives(PACKAGES),
    ),
]

OF_POOL = [
    operation("get", "/", "get_pool", "The pool with its state.", gives(ref("Pool"))),
    operation(
        "put",
        "/",
        "put_pool",
        "Declares the pool, or changes it for later sessions.",
        {**gives(ref("Pool")), "201": answer("declared", ref("Pool")), "429": None},
        body=ref("PoolMembers"),
    ),
    operation(
        "patch",
        "/",
        "patch_pool",
        "Changes some members for later sessions.",
        gives(ref("Pool")),
        body=ref("PoolMembers"),
    ),
    operation("delete", "/", "delete_pool", "Ends the pool with its sessions.", NOTHING),
    operation(
        "get",
        "/slots",
        "get_slots",
        "Who holds which slot until when; what another size would have refused.",
        gives(
            record(
                {
                    "maxSessions": WHOLE,
                    "held": array_of(SLOT),
                    "allocated": WHOLE,
                    "peak": WHOLE,
                    "wouldRefuse": array_of(REFUSED_SLOT),
                    "refused": array_of(REFUSED_SLOT),
                    "complete": FLAG,
                }
            )
        ),
        [query("maxSessions", whole(0, 100_000), "default: that of the pool")],
    ),
]

COMMON = [
    operation(
        "get",
        "/snapshot",
        "get_snapshot",
        "The pool, or all pools, as an archive (docs/snapshots.md).",
        {"200": answer("tar, gzip", BYTES, "application/gzip")},
        [query("redact", words("none", "identifiers", "contents"))],
    ),
    operation(
        "put",
        "/snapshot",
        "put_snapshot",
        "Replaces the sessions by those of an archive.",
        gives(ANY_OBJECT, "the sessions that it has; `value` is a list of pools without a pool"),
        body=BYTES,
        content_type="application/gzip",
    ),
    operation(
        "get",
        "/sessions",
        "list_sessions",
        "The sessions.",
        gives(list_of(ref("Session"))),
        [query("identifier", TEXT)],
    ),
    operation(
        "get", "/sessions/{session}", "get_session", "A session by its guid.", gives(ref("Session"))
    ),
    operation("delete", "/sessions/{session}", "delete_session", "Ends the session.", NOTHING),
    operation(
        "post",
        "/sessions/{session}/restart-kernel",
        "restart_kernel",
        "Kills the interpreters of the session; files stay.",
        gives(ref("Session")),
    ),
    operation("get", "/clock", "get_clock", "The clock.", gives(ref("Clock"))),
    operation(
        "put",
        "/clock",
        "put_clock",
        "Freezes, sets, scales or resumes the clock.",
        gives(ref("ClockMove"), "everything due has settled", "200", "429"),
        body=ref("ClockChange"),
    ),
    operation(
        "post",
        "/clock/advance",
        "advance_clock",
        "Moves the clock forward.",
        gives(ref("ClockMove"), "everything due has settled", "200", "429"),
        body={
            "oneOf": [
                request_object(
                    {"seconds": whole(0, 3_155_760_000, "number")}, required=("seconds",)
                ),
                request_object(
                    {"by": {"type": "string", "description": "ISO 8601, such as PT5M"}},
                    required=("by",),
                ),
            ]
        },
    ),
    operation(
        "get", "/faults", "list_faults", "The fault rules, in order.", gives(list_of(ref("Fault")))
    ),
    operation(
        "put",
        "/faults",
        "put_faults",
        "Replaces all rules.",
        gives(list_of(ref("Fault")), "the rules", "200", "429"),
        body=request_object(
            {"value": {**array_of(ref("FaultRule")), "maxItems": 1000}}, required=("value",)
        ),
    ),
    operation(
        "post",
        "/faults",
        "add_fault",
        "Adds a rule after the others.",
        gives(ref("Fault"), "the rule", "201", "429"),
        body=ref("FaultRule"),
    ),
    operation("delete", "/faults", "delete_faults", "Removes all rules.", NOTHING),
    operation("delete", "/faults/{rule}", "delete_fault", "Removes a rule.", NOTHING),
    operation(
        "get",
        "/script",
        "get_script",
        "The rules that answer programs (docs/scripts.md).",
        gives(ref("Script")),
    ),
    operation(
        "put",
        "/script",
        "put_script",
        "Replaces all rules.",
        gives(ref("Script"), "the script", "200", "429"),
        body=ref("ScriptChange"),
    ),
    operation("delete", "/script", "delete_script", "Removes all rules.", NOTHING),
    operation(
        "post",
        "/script/recording",
        "start_recording",
        "Begins to record real answers.",
        gives(ref("Script"), "an empty script", "201", "429"),
    ),
    operation(
        "get",
        "/script/recording",
        "get_recording",
        "The answers so far, as a script.",
        gives(ref("Script")),
    ),
    operation("delete", "/script/recording", "stop_recording", "Ends the recording.", NOTHING),
    operation(
        "get",
        "/journal",
        "get_journal",
        "Requests with what was decided and why.",
        gives(
            record(
                {
                    "value": array_of(ref("Entry")),
                    "forgotten": {**WHOLE, "description": "older requests that are not kept"},
                    "warnings": TEXTS,
                }
            )
        ),
        SELECT,
    ),
    operation("delete", "/journal", "delete_journal", "Forgets the requests so far.", NOTHING),
    operation(
        "post",
        "/journal/verify",
        "verify_journal",
        "Whether the requests so far are those that a test expects.",
        {
            **gives(VERDICT, "they are"),
            "409": answer(
                "they are not, or too many requests were forgotten",
                {"oneOf": [VERDICT, ref("Error")]},
            ),
        },
        body=EXPECTATION,
    ),
    operation(
        "get",
        "/journal/export",
        "export_journal",
        "The journal as a file.",
        {
            "200": {
                "description": "the file",
                "content": {
                    JSON: {"schema": ANY_OBJECT},
                    "application/x-ndjson": {"schema": TEXT},
                },
            }
        },
        [query("format", words("ndjson", "har", "case")), *SELECT],
    ),
    operation(
        "get",
        "/journal/events",
        "follow_journal",
        "Requests, as they end.",
        {"200": EVENTS},
        [SESSION_QUERY],
    ),
    operation(
        "get",
        "/events",
        "follow_events",
        "Requests, sessions, kernels, programs, and what programs write while they run.",
        {"200": EVENTS},
        [SESSION_QUERY],
    ),
    operation(
        "post",
        "/token",
        "issue_token",
        "Issues a signed token for the data plane.",
        gives(
            record({"token": TEXT, "tokenType": TEXT, "expiresAt": TIME, "claims": ANY_OBJECT}),
            "the token",
            "201",
        ),
        body=request_object(
            {
                "audience": TEXT,
                "roles": {**TEXTS, "maxItems": 100},
                "expiresIn": {
                    **whole(-315_360_000, 315_360_000),
                    "description": "seconds; negative: it has expired",
                },
                "principal": TEXT,
                "tenant": TEXT,
                "clientId": TEXT,
                "user": TEXT,
            }
        ),
    ),
    operation(
        "post",
        "/reset",
        "reset",
        "Ends sessions, clears faults and journal, resumes time.",
        gives(record({"sessionsEnded": WHOLE})),
        [query("keep", TEXT, "faults, journal, clock, script, sessions, with commas between them")],
    ),
]

ALWAYS = ("400", "401", "403", "404", "409", "413", "421", "500", "503")


def component(kind, name):
    return {"$ref": f"#/components/{kind}/{name}"}


def described(row, prefix, id_suffix):
    path = prefix + ("" if row["path"] == "/" else row["path"])
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    out = {
        "operationId": row["name"] + id_suffix,
        "summary": row["summary"],
        "parameters": [component("parameters", name) for name in (*names, *parameter_names(row))],
        "responses": {
            code: component(
                "responses", f"{row['name']}_{code}" if description else f"refused_{code}"
            )
            for code, description in sorted(answers_of(row).items())
        },
    }
    if row["body"]:
        out["requestBody"] = component("requestBodies", row["name"])
    return path, out


def answers_of(row):
    return {**dict.fromkeys(ALWAYS), **row["answers"]}


def parameter_names(row):
    return [f"{row['name']}_{parameter['name']}" for parameter in row["parameters"]]


def responses():
    rows = [*SERVER, *OF_POOL, *COMMON]
    own = {
        f"{row['name']}_{code}": description
        for row in rows
        for code, description in answers_of(row).items()
        if description
    }
    return own | {
        f"refused_{code}": answer(description, ref("Error"))
        for code, description in REFUSALS.items()
    }


def parameters():
    in_paths = ("pool", "subscription", "resourceGroup", "session", "rule")
    rows = [*SERVER, *OF_POOL, *COMMON]
    in_queries = {
        name: parameter
        for row in rows
        for name, parameter in zip(parameter_names(row), row["parameters"], strict=True)
    }
    return {name: path_parameter(name) for name in in_paths} | in_queries


def request_bodies():
    return {
        row["name"]: {"content": {row["content_type"]: {"schema": row["body"]}}}
        for row in (*SERVER, *OF_POOL, *COMMON)
        if row["body"]
    }


def paths():
    all_paths = {}
    scopes = (
        ("", "", [*SERVER, *COMMON]),
        (POOL, "_of_pool", [*OF_POOL, *COMMON]),
        (FULL_POOL, "_of_full_pool", [*OF_POOL, *COMMON]),
    )
    for prefix, suffix, rows in scopes:
        for row in rows:
            path, out = described(row, prefix, suffix)
            all_paths.setdefault(path, {})[row["method"]] = out
    return all_paths


def document():
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "dynsessions admin API",
            "version": "1",
            "description": "The emulator's own API, with which tests drive it. What exists below a "
            "pool exists without one too, and then means all pools. Unknown members are refused, "
            "and a request that is refused changes nothing.",
        },
        "security": [{}, {"adminToken": []}],
        "paths": paths(),
        "components": {
            "securitySchemes": {
                "adminToken": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "needed if the server listens on more than loopback; health and "
                    "version never need it",
                }
            },
            "parameters": parameters(),
            "requestBodies": request_bodies(),
            "responses": responses(),
            "schemas": SCHEMAS,
        },
    }


def main(file):
    Path(file).write_text(json.dumps(document(), indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent / "admin-api.json")
