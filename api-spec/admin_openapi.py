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

JSON = "application/json"
POOL = "/pools/{pool}"
FULL_POOL = "/subscriptions/{subscription}/resourceGroups/{resourceGroup}/sessionPools/{pool}"

TEXT = {"type": "string"}
WHOLE = {"type": "integer", "minimum": 0}
NUMBER = {"type": "number"}
FLAG = {"type": "boolean"}
TIME = {"type": "string", "format": "date-time"}
TEXTS = {"type": "array", "items": TEXT}
ANY_OBJECT = {"type": "object"}


def ref(name):
    return {"$ref": f"#/components/schemas/{name}"}


def array_of(items):
    return {"type": "array", "items": items}


def list_of(items):
    return record({"value": array_of(items)})


def record(members, optional=(), closed=True):
    required = [name for name in members if name not in optional]
    described = {"type": "object", "properties": members}
    if required:
        described["required"] = required
    return {**described, "additionalProperties": False} if closed else described


def asked(members, required=()):
    """An object of a request: unknown members are refused."""
    described = {"type": "object", "properties": members, "additionalProperties": False}
    return {**described, "required": list(required)} if required else described


def whole(low, high, of_type="integer"):
    return {"type": of_type, "minimum": low, "maximum": high}


def words(*accepted):
    return {"type": "string", "enum": list(accepted)}


POOL_MEMBERS = {
    "name": {"type": "string", "description": "that of the path, whatever its case"},
    "resourceGroup": TEXT,
    "subscription": TEXT,
    "location": {"type": "string", "pattern": "^[A-Za-z0-9._-]+$"},
    "containerType": words("PythonLTS"),
    "maxSessions": whole(1, 100_000),
    "readySessions": whole(0, 10_000),
    "cooldownPeriod": whole(1, 31_536_000),
    "networkStatus": words("EgressDisabled", "EgressEnabled"),
    "auth": words("any", "claims", "off"),
    "dataQuotaMb": whole(1, 1_048_576),
    "maxFiles": whole(16, 100_000_000),
    "tmpQuotaMb": whole(1, 1_048_576),
    "shmQuotaMb": whole(1, 1_048_576),
    "memoryLimitMb": whole(64, 1_048_576),
    "maxProcesses": whole(8, 32_768),
    "maxOpenFiles": whole(64, 1_048_576),
    "cpuLimit": {"type": "number", "minimum": 0.05, "maximum": 1024, "multipleOf": 0.01},
}

SLOT = record({"identifier": TEXT, "session": TEXT, "heldUntil": TIME, "calls": WHOLE})
POOL_STATE = record(
    {
        "sessions": WHOLE,
        "readySessions": WHOLE,
        "freeSlots": WHOLE,
        "slots": array_of(SLOT),
        "failure": {"type": "string", "description": "why no session can be made"},
    },
    optional=("failure",),
)
SESSION = record(
    {
        "session": {"type": "string", "format": "uuid", "description": "guid"},
        "identifier": TEXT,
        "pool": TEXT,
        "state": words("allocating", "active", "ending", "ended"),
        "createdAt": TIME,
        "lastAccessedAt": TIME,
        "expiresAt": TIME,
        "calls": WHOLE,
    }
)
CLOCK_MEMBERS = {
    "mode": words("running", "frozen"),
    "now": TIME,
    "rate": {"type": "number", "exclusiveMinimum": 0, "maximum": 1_000_000},
}
FIRED = record({"at": TIME, "what": TEXT, "session": TEXT, "pool": TEXT})

SECONDS = {"type": "number", "minimum": 0, "maximum": 3600}
WHEN = {"when": words("before", "after")}
PLAIN = {"oneOf": [{"const": True}, asked({})]}
PRESETS = (
    "throttled",
    "pool-full",
    "allocation-failed",
    "cold-start",
    "kernel-restarted",
    "azure-2026-08",
    "region-outage",
)


def effect(name, value):
    return asked({name: value}, required=(name,))


EFFECT = {
    "oneOf": [
        asked(
            {
                "status": whole(200, 599),
                "code": TEXT,
                "message": TEXT,
                "headers": {
                    "type": "object",
                    "additionalProperties": {"type": ["string", "integer"]},
                },
            },
            required=("status",),
        ),
        effect(
            "delay",
            {
                "oneOf": [
                    asked({"seconds": SECONDS}, required=("seconds",)),
                    asked(
                        {"fromSeconds": SECONDS, "toSeconds": SECONDS},
                        required=("fromSeconds", "toSeconds"),
                    ),
                    asked(
                        {"medianSeconds": SECONDS, "sigma": {**NUMBER, "minimum": 0}},
                        required=("medianSeconds",),
                    ),
                ]
            },
        ),
        effect("reset", {"oneOf": [{"const": True}, asked(WHEN)]}),
        effect("truncate", WHOLE),
        effect("slice", asked({"bytes": whole(1, 2**31), "seconds": SECONDS}, required=("bytes",))),
        effect("hang", {"oneOf": [{"const": True}, asked(WHEN)]}),
        effect(
            "kill-kernel",
            {
                "oneOf": [
                    {"const": True},
                    asked({"when": words("before", "during"), "seconds": SECONDS}),
                ]
            },
        ),
        effect("evict", PLAIN),
        effect("pool-full", PLAIN),
        effect(
            "allocation-failed",
            {"oneOf": [{"const": True}, asked({"status": whole(400, 599)})]},
        ),
        effect("lose-file", {"type": "string", "minLength": 1, "description": "glob"}),
        effect("slow-allocation", asked({"seconds": SECONDS}, required=("seconds",))),
        effect(
            "reject-token",
            {"oneOf": [{"const": True}, asked({"status": {"enum": [401, 403]}})]},
        ),
    ]
}
FAULT_MATCH = asked(
    {
        "operation": {"type": "string", "description": "as in the log: execute, upload_file, …"},
        "method": {
            "type": "string",
            "pattern": "^(?i:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)$",
        },
        "identifier": {"type": "string", "description": "glob"},
        "header": asked(
            {"name": TEXT, "value": {"type": "string", "description": "glob"}}, ("name",)
        ),
        "body": {"type": "string", "description": "regular expression"},
        "nth": whole(1, 10**9),
        "every": whole(1, 10**9),
        "times": whole(1, 10**9),
        "seed": whole(0, 10**9),
        "probability": whole(0, 1, "number"),
    }
)
FAULT_ASKED = asked(
    {
        "id": {"type": "string", "pattern": "^[A-Za-z0-9._-]+$", "maxLength": 64},
        "match": FAULT_MATCH,
        "effect": EFFECT,
        "preset": words(*PRESETS),
        "hits": {**WHOLE, "description": "ignored, so that an answer can be sent back"},
        "matched": {**WHOLE, "description": "ignored"},
    }
)
FAULT = record(
    {
        "id": TEXT,
        "preset": TEXT,
        "match": ANY_OBJECT,
        "effect": ANY_OBJECT,
        "hits": WHOLE,
        "matched": WHOLE,
    },
    optional=("preset", "match"),
)

ENTRY_MATCH = asked(
    {
        **{
            name: {"type": "string", "description": "glob"}
            for name in (
                "operation",
                "identifier",
                "method",
                "path",
                "pool",
                "principal",
                "client",
                "session",
                "apiVersion",
                "reason",
                "stdout",
                "stderr",
                "fault",
            )
        },
        "status": whole(0, 599),
        "result": {"description": "value of the program; a text is a glob"},
        "code": {"type": "string", "description": "the exact text of the program"},
        "codePattern": {"type": "string", "description": "regular expression"},
    }
)
BETWEEN = {"after": ref("EntryMatch"), "before": ref("EntryMatch")}
COUNT = whole(0, 10**9)
EXPECTATION = {
    "oneOf": [
        asked({"match": ref("EntryMatch"), "count": COUNT, **BETWEEN}, required=("count",)),
        asked({"match": ref("EntryMatch"), "atLeast": COUNT, "atMost": COUNT, **BETWEEN}),
        asked(
            {
                "order": {"type": "array", "items": ref("EntryMatch"), "minItems": 1},
                **BETWEEN,
            },
            required=("order",),
        ),
    ]
}
VERDICT = record({"ok": FLAG, "message": TEXT, "expected": TEXT, "found": WHOLE}, ("message",))
DISPLAY = record(
    {
        "source": words("result", "display"),
        "data": {"type": "object", "description": "by MIME type; images in base64"},
    }
)
ENTRY = record(
    {
        "id": WHOLE,
        "at": TIME,
        **{
            name: TEXT
            for name in (
                "pool",
                "surface",
                "operation",
                "method",
                "path",
                "apiVersion",
                "identifier",
                "principal",
                "client",
            )
        },
        "status": {**WHOLE, "description": "0: the client left before an answer was there"},
        "reason": TEXT,
        "refusedBy": TEXT,
        "durationMs": NUMBER,
        "allocationMs": NUMBER,
        "executionMs": NUMBER,
        "faults": TEXTS,
        "session": TEXT,
        "correlationId": TEXT,
        "requestBytes": WHOLE,
        "responseBytes": WHOLE,
        "delivered": FLAG,
        "traceparent": TEXT,
        "stdoutBytes": {**WHOLE, "description": "that the program wrote"},
        "stderrBytes": {**WHOLE, "description": "that the program wrote"},
        "cut": {**array_of(words("stdout", "stderr")), "description": "the answer has less of it"},
        "displays": {
            **array_of(DISPLAY),
            "description": "all that the program showed, if that is more than the answer has",
        },
        "displaysOmitted": {**WHOLE, "description": "displays that were too large to be kept"},
        "code": TEXT,
        "stdout": TEXT,
        "stderr": TEXT,
        "result": {"description": "as in the answer"},
    },
    optional=(
        "traceparent",
        "stdoutBytes",
        "stderrBytes",
        "cut",
        "displays",
        "displaysOmitted",
        "code",
        "stdout",
        "stderr",
        "result",
    ),
)
IMAGE = asked({"format": words("png", "jpeg"), "base64": TEXT}, required=("base64",))
ANSWER_OF_RULE = {
    "result": {"description": 'a text, number, true, false, null, or {"text": as Python shows it}'},
    "stdout": TEXT,
    "stderr": TEXT,
    "error": {
        "oneOf": [
            TEXT,
            asked({"name": TEXT, "message": TEXT}, required=("name",)),
        ]
    },
    "figure": {"oneOf": [TEXT, IMAGE]},
    "delaySeconds": SECONDS,
    "times": whole(1, 10**9),
    "hits": {**WHOLE, "description": "ignored in a request"},
}
SCRIPT_RULE = {
    "oneOf": [
        asked({name: TEXT, **ANSWER_OF_RULE}, required=(name,))
        for name in ("code", "pattern", "sha256")
    ]
}
OMITTED = array_of(record({"sha256": TEXT, "why": TEXT}))
SCRIPT_MEMBERS = {
    "rules": {**array_of(ref("ScriptRule")), "maxItems": 1000},
    "strict": FLAG,
    "omitted": {
        **OMITTED,
        "description": "executions that cannot be repeated; ignored in a request",
    },
}
PACKAGES = record(
    {
        "state": words("none", "current", "installing", "failed"),
        "requirements": {"type": "string", "description": "path of the file"},
        "layer": {"type": "string", "description": "directory of the packages; absent: none"},
        "failure": {"type": "string", "description": "reason and cure"},
        "notWatched": {"type": "string", "description": "why changes of the file go unnoticed"},
    },
    optional=("requirements", "layer", "failure", "notWatched"),
)
REFUSED_SLOT = record({"at": TIME, "identifier": TEXT, "session": TEXT}, optional=("session",))

SCHEMAS = {
    "Error": record(
        {"error": record({"code": TEXT, "message": TEXT, "field": TEXT}, optional=("field",))}
    ),
    "Pool": record({**POOL_MEMBERS, "path": TEXT, "state": POOL_STATE}),
    "PoolMembers": asked(
        {
            **POOL_MEMBERS,
            "path": {"description": "ignored, so that an answer can be sent back"},
            "state": {"description": "ignored"},
        }
    ),
    "Session": SESSION,
    "Clock": record(CLOCK_MEMBERS),
    "ClockChange": asked(CLOCK_MEMBERS),
    "ClockMove": record({**CLOCK_MEMBERS, "fired": array_of(FIRED)}),
    "Fault": FAULT,
    "FaultRule": FAULT_ASKED,
    "EntryMatch": ENTRY_MATCH,
    "Entry": ENTRY,
    "ScriptRule": SCRIPT_RULE,
    "Script": record(SCRIPT_MEMBERS, optional=("omitted",)),
    "ScriptChange": asked(SCRIPT_MEMBERS, required=("rules",)),
}

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
                asked({"seconds": whole(0, 3_155_760_000, "number")}, required=("seconds",)),
                asked(
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
        body=asked(
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
        body=asked(
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
