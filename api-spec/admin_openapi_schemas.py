"""The schemas of the document of admin_openapi.py: the JSON of the admin API."""

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


def request_object(members, required=()):
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
PLAIN = {"oneOf": [{"const": True}, request_object({})]}
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
    return request_object({name: value}, required=(name,))


EFFECT = {
    "oneOf": [
        request_object(
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
                    request_object({"seconds": SECONDS}, required=("seconds",)),
                    request_object(
                        {"fromSeconds": SECONDS, "toSeconds": SECONDS},
                        required=("fromSeconds", "toSeconds"),
                    ),
                    request_object(
                        {"medianSeconds": SECONDS, "sigma": {**NUMBER, "minimum": 0}},
                        required=("medianSeconds",),
                    ),
                ]
            },
        ),
        effect("reset", {"oneOf": [{"const": True}, request_object(WHEN)]}),
        effect("truncate", WHOLE),
        effect(
            "slice",
            request_object({"bytes": whole(1, 2**31), "seconds": SECONDS}, required=("bytes",)),
        ),
        effect("hang", {"oneOf": [{"const": True}, request_object(WHEN)]}),
        effect(
            "kill-kernel",
            {
                "oneOf": [
                    {"const": True},
                    request_object({"when": words("before", "during"), "seconds": SECONDS}),
                ]
            },
        ),
        effect("evict", PLAIN),
        effect("pool-full", PLAIN),
        effect(
            "allocation-failed",
            {"oneOf": [{"const": True}, request_object({"status": whole(400, 599)})]},
        ),
        effect("lose-file", {"type": "string", "minLength": 1, "description": "glob"}),
        effect("slow-allocation", request_object({"seconds": SECONDS}, required=("seconds",))),
        effect(
            "reject-token",
            {"oneOf": [{"const": True}, request_object({"status": {"enum": [401, 403]}})]},
        ),
    ]
}
FAULT_MATCH = request_object(
    {
        "operation": {"type": "string", "description": "as in the log: execute, upload_file, …"},
        "method": {
            "type": "string",
            "pattern": "^(?i:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)$",
        },
        "identifier": {"type": "string", "description": "glob"},
        "header": request_object(
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
FAULT_RULE = request_object(
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

ENTRY_MATCH = request_object(
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
        request_object(
            {"match": ref("EntryMatch"), "count": COUNT, **BETWEEN}, required=("count",)
        ),
        request_object({"match": ref("EntryMatch"), "atLeast": COUNT, "atMost": COUNT, **BETWEEN}),
        request_object(
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
IMAGE = request_object({"format": words("png", "jpeg"), "base64": TEXT}, required=("base64",))
ANSWER_OF_RULE = {
    "result": {"description": 'a text, number, true, false, null, or {"text": as Python shows it}'},
    "stdout": TEXT,
    "stderr": TEXT,
    "error": {
        "oneOf": [
            TEXT,
            request_object({"name": TEXT, "message": TEXT}, required=("name",)),
        ]
    },
    "figure": {"oneOf": [TEXT, IMAGE]},
    "delaySeconds": SECONDS,
    "times": whole(1, 10**9),
    "hits": {**WHOLE, "description": "ignored in a request"},
}
SCRIPT_RULE = {
    "oneOf": [
        request_object({name: TEXT, **ANSWER_OF_RULE}, required=(name,))
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
    "PoolMembers": request_object(
        {
            **POOL_MEMBERS,
            "path": {"description": "ignored, so that an answer can be sent back"},
            "state": {"description": "ignored"},
        }
    ),
    "Session": SESSION,
    "Clock": record(CLOCK_MEMBERS),
    "ClockChange": request_object(CLOCK_MEMBERS),
    "ClockMove": record({**CLOCK_MEMBERS, "fired": array_of(FIRED)}),
    "Fault": FAULT,
    "FaultRule": FAULT_RULE,
    "EntryMatch": ENTRY_MATCH,
    "Entry": ENTRY,
    "ScriptRule": SCRIPT_RULE,
    "Script": record(SCRIPT_MEMBERS, optional=("omitted",)),
    "ScriptChange": request_object(SCRIPT_MEMBERS, required=("rules",)),
}
