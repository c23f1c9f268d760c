"""The versions and what their JSON looks like: the schemas of the documents of openapi.py."""

PYTHON = "2023-08-01-preview"
WRAPPED = "2024-02-02-preview"
FLAT_2024 = "2024-10-02-preview"
FLAT_2025_02 = "2025-02-02-preview"
FLAT_2025_10 = "2025-10-02-preview"
VERSIONS = (PYTHON, WRAPPED, FLAT_2024, FLAT_2025_02, FLAT_2025_10)

FLAT = (FLAT_2024, FLAT_2025_02, FLAT_2025_10)
WITH_OBJECT_IDS = (PYTHON, WRAPPED, FLAT_2024)
WITH_SESSIONS = (FLAT_2025_02, FLAT_2025_10)

TEXT = {"type": "string"}
NUMBER_OF_BYTES = {"type": "integer", "format": "int64", "minimum": 0}
MILLISECONDS = {"type": "integer", "format": "int64", "minimum": 0}
# Numbers in headers are texts (section 1.6).
WHOLE_NUMBER = {"type": "string", "pattern": r"^\d+$"}
DECIMAL = {"type": "string", "pattern": r"^\d+(\.\d{1,4})?$"}
URI = {"type": "string", "format": "uri", "pattern": "^https?://"}
UP_TO_SEVEN_DIGITS = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,6}[1-9])?Z$"
TIMESTAMP = {"type": "string", "format": "date-time", "pattern": UP_TO_SEVEN_DIGITS}


def schema(name):
    return {"$ref": f"#/components/schemas/{name}"}


def one_of(words):
    return {"type": "string", "enum": words}


def any_case(word):
    return "".join(f"[{c.upper()}{c.lower()}]" if c.isalpha() else c for c in word)


def word_of(default, *others):
    """A word in any casing (section 8 row 8); null counts as absent."""
    words = "|".join(any_case(word) for word in (default, *others))
    return {"type": ["string", "null"], "pattern": f"^({words})$", "default": default}


def at_least_one(default):
    limits = {"format": "int64", "minimum": 1, "maximum": 2**63 - 1}
    return {"type": ["integer", "null"], **limits, "default": default}


def array_of(items):
    return {"type": "array", "items": items}


def record(members, optional=(), version=None):
    """An object of an answer: these members in this order and no other.

    With a version, it begins with `$id` where that version numbers its objects.
    """
    if version in WITH_OBJECT_IDS:
        members = {"$id": TEXT, **members}
    required = [name for name in members if name not in optional]
    closed = {"type": "object", "properties": members, "required": required}
    return closed | {"additionalProperties": False}


def values_of(result_name):
    """The members of a finished execution that every dialect has."""
    return {
        "stdout": TEXT,
        "stderr": TEXT,
        result_name: {
            "description": "number, text, image, or null after a failure (section 0 fact 6)",
            "anyOf": [
                {"type": ["number", "string", "null"]},
                record({"type": {"const": "image"}, "format": TEXT, "base64_data": TEXT}),
            ],
        },
        "executionTimeInMilliseconds": MILLISECONDS,
    }


def execute_request(version):
    asynchronous = ("Asynchronous",) if version in FLAT else ()
    members = {
        "code": TEXT,
        "codeInputType": word_of("Inline", "InlineBase64", "InlineText"),
        "executionType": word_of("Synchronous", *asynchronous),
        "timeoutInSeconds": at_least_one(120),
    }
    if version == FLAT_2025_10:
        members["outputStreamsMaxLength"] = at_least_one(4096)
        members["useEmptyKernel"] = {"type": "boolean", "default": False}
    if version in FLAT:
        return {"type": "object", "properties": members, "required": ["code"]}
    required = ["code"]
    if version == PYTHON:
        members = {"identifier": {"type": ["string", "null"]}, "pythonCode": TEXT, **members}
        members["code"] = {"description": "asked only when there is no pythonCode"}
        required = []
    wrapped = {"type": "object", "properties": members, "required": required}
    if version == PYTHON:
        other = {"required": ["code"], "properties": {"code": TEXT}}
        wrapped["anyOf"] = [{"required": ["pythonCode"]}, other]
    return {"type": "object", "properties": {"properties": wrapped}, "required": ["properties"]}


def execution(version):
    if version in FLAT:
        result = record(values_of("executionResult"), version=version)
        members = {"id": TEXT, "identifier": TEXT, "executionType": TEXT}
        words = ["NotStarted", "Running", "Succeeded", "Failed", "Canceled"]
        members |= {"status": one_of(words), "result": result}
        return record(members, optional=("result",), version=version)
    members = {"status": one_of(["Success", "Failure"]), **values_of("result")}
    inner = record(members, version=version)
    return inner if version == PYTHON else record({"properties": inner}, version=version)


def file(version):
    if version == PYTHON:
        members = {"filename": TEXT, "size": NUMBER_OF_BYTES, "last_modified_time": TIMESTAMP}
        return record(members, version=version)
    if version == WRAPPED:
        members = {"filename": TEXT, "size": NUMBER_OF_BYTES, "lastModifiedTime": TIMESTAMP}
        return record({"properties": record(members, version=version)}, version=version)
    members = {"name": TEXT}
    if version == FLAT_2025_10:
        members["directory"] = TEXT
    members |= {"type": one_of(["file", "directory"]), "contentType": TEXT}
    members |= {"sizeInBytes": NUMBER_OF_BYTES, "lastModifiedAt": TIMESTAMP}
    # Metadata at 2024-10-02-preview leaves out both members (section 8 row 25).
    optional = ("type", "contentType") if version == FLAT_2024 else ()
    return record(members, optional=optional, version=version)


def schemas(version):
    list_name = "$values" if version == PYTHON else "value"
    error = record({"code": TEXT, "message": TEXT, "target": TEXT, "traceId": TEXT}, ("target",))
    all_schemas = {
        "Error": record({"error": error}),
        "ExecuteRequest": execute_request(version),
        "Execution": execution(version),
        "File": file(version),
        "FileList": record({list_name: array_of(schema("File"))}, version=version),
    }
    if version in WITH_SESSIONS:
        times = {name: TIMESTAMP for name in ("createdAt", "lastAccessedAt", "expireAt")}
        named = record({"name": TEXT, "version": TEXT})
        kernel = {"name": TEXT, "version": TEXT, "projectUrl": URI, "description": TEXT}
        all_schemas |= {
            "Session": record({"identifier": TEXT, **times, "etag": TEXT}),
            "SessionList": record(
                {"sessions": array_of(schema("Session")), "nextLink": URI}, ("nextLink",)
            ),
            "Metadata": record(
                {
                    "runtimes": array_of(named),
                    "preInstalledPackages": array_of(named),
                    "createdAt": TIMESTAMP,
                    "lastUpdatedAt": TIMESTAMP,
                    "jupyterKernel": record(kernel),
                }
            ),
        }
    return all_schemas | (managed_schemas() if version == WRAPPED else {})


def managed_schemas():
    """Sessions as `/.management` describes them (section 3.1)."""
    times = {name: TIMESTAMP for name in ("expiresAt", "createdAt", "lastAccessedAt")}
    page = {"value": array_of(schema("ManagedSession")), "count": {"type": "integer"}}
    return {
        "ManagedSession": record({"identifier": TEXT, "etag": TEXT, **times}),
        "ManagedSessionList": record({**page, "nextLink": URI}, ("nextLink",)),
    }
