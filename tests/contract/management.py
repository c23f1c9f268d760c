"""Facts of recorded traffic with Azure Resource Manager, and with the data plane in between:
requests for pools of container types that the emulator has, and their answers. Times, principals,
hosts and operations are replaced by names in angle brackets, everything else is exact.
"""

import collections
import json
import re

from recordings import masked_body

PRINCIPALS = ("createdBy", "createdByType", "lastModifiedBy", "lastModifiedByType", "updatedBy")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?(Z?|\+00:00)")
CONTAINER_TYPES = ("PythonLTS", "CustomContainer")
CONTAINERS = "<address of containers>"
OPERATION = re.compile(r"/(operationStatuses|operationResults)/([^/?]+)")
POOL = re.compile(r".*/sessionPools/([^/]+)")
# Headers that our answers must have, too; the others come from the edge in front of the service.
HEADERS = ("content-type", "api-supported-versions", "cache-control", "expires", "pragma",
           "x-content-type-options", "x-powered-by")  # fmt: skip


def masked(value, name=""):
    """Returns a body in which values that differ between runs are masked."""
    if name == "identity":
        return _masked_identity(value)
    if isinstance(value, dict):
        return {key: masked(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [masked(item, name) for item in value]
    if name in PRINCIPALS and value is not None:
        return "<principal>"
    if name == "poolManagementEndpoint":
        path = value.removeprefix("https://").partition("/")[2]
        return f"<endpoint>/{path}" if path else CONTAINERS
    if isinstance(value, str) and (time := TIME.fullmatch(value)):
        return f"<time>{time[2]}"
    return value


def _masked_identity(value):
    """Of a resource: its ids are new in each run. Of a setting: the name of an identity."""
    if not isinstance(value, dict):
        return value
    ids = dict.fromkeys(("principalId", "tenantId", "clientId"), "<guid>")
    shown = {key: ids.get(key, item) for key, item in value.items()}
    if users := shown.get("userAssignedIdentities"):
        shown["userAssignedIdentities"] = {
            user: {key: ids.get(key, item) for key, item in of_user.items()}
            for user, of_user in users.items()
        }
    return shown


def masked_operation(body):
    """The status of an operation without its id."""
    if not isinstance(body, dict) or "startTime" not in body:
        return body
    return {**body, "id": body["id"].replace(body["name"], "<operation>"), "name": "<operation>"}


def without_other_pools(body, pools):
    """Returns a list of pools with only those that are replayed."""
    if not isinstance(body, dict) or "value" not in body:
        return body
    return {**body, "value": [one for one in body["value"] if one.get("name") in pools]}


def header_names(headers):
    names = {name.lower() for name in headers}
    return [name for name in HEADERS if name in names]


def _emulated_pools(interactions):
    for each in interactions:
        request = each["request"]
        body = request.get("body")
        properties = (body.get("properties") or {}) if isinstance(body, dict) else {}
        if request["method"] == "PUT" and properties.get("containerType") in CONTAINER_TYPES:
            yield POOL.fullmatch(request["path"])[1]


def _exchange(each, pools):
    request, answer = each["request"], each["response"]
    is_arm = "dynamicsessions.io" not in request["host"]
    polls = OPERATION.search(request["path"])
    exchange = {
        "plane": "ARM" if is_arm else "data",
        "method": request["method"],
        "path": request["path"].replace(polls[2], "<operation>") if polls else request["path"],
        "query": {"api-version": request["query"]["api-version"]} if polls else request["query"],
        "type": request["headers"].get("content-type"),
        "sent": request.get("body"),
        "status": answer["status"],
    }
    if is_arm:
        body = masked_operation(masked(without_other_pools(answer.get("body"), pools)))
        exchange["body"] = body
        exchange["headers"] = header_names(answer["headers"])
    else:
        identifier = request["query"]["identifier"]
        exchange["body"] = masked_body(answer.get("body_text") or "", identifier)
    return exchange


def _reason_to_skip(each, pools):
    """Returns None for an interaction that is replayed."""
    request, answer = each["request"], each["response"]
    path = request["path"]
    if request["host"].endswith(".azurecontainerapps.io"):
        return "the address of a custom container"
    named = POOL.match(path)
    if not pools or (named and named[1] not in pools):
        return "a pool of a container type that the emulator lacks"
    if named:
        return "a refusal for want of rights" if answer["status"] == 403 else None
    if polls := OPERATION.search(path):
        body = answer.get("body") or {}
        is_statuses = polls[1] == "operationStatuses"
        ended = body["status"] == "Succeeded" if is_statuses else answer["status"] != 202
        return None if ended else "a poll before the end of its operation"
    return None


def derive(contract):
    """The members of management.json: `exchanges`, and `conversations` that refer to them and the
    number of interactions that are left out, by reason."""
    exchanges, conversations = [], []
    for path in sorted((contract / "recorded").glob("session*.json")):
        interactions = json.loads(path.read_text())["interactions"]
        pools = set(_emulated_pools(interactions))
        numbers, skipped = [], collections.Counter()
        for each in interactions:
            if reason := _reason_to_skip(each, pools):
                skipped[reason] += 1
                continue
            exchange = _exchange(each, pools)
            if exchange not in exchanges:
                exchanges.append(exchange)
            numbers.append(exchanges.index(exchange))
        conversations.append(
            {"recording": path.stem, "exchanges": numbers, "skipped": dict(sorted(skipped.items()))}
        )
    return {"exchanges": exchanges, "conversations": conversations}
