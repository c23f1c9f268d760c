"""Facts of recorded traffic with Azure Resource Manager, and with the data plane in between:
requests for pools of kinds that the emulator has, and their answers. Times, principals and hosts
are replaced by names in angle brackets, everything else is exact.
"""

import collections
import json
import re

from recordings import masked_body

PRINCIPALS = ("createdBy", "createdByType", "lastModifiedBy", "lastModifiedByType", "updatedBy")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?(Z?)")
POOL = re.compile(r".*/sessionPools/([^/]+)")
# Headers that our answers must have, too; the others come from the edge in front of the service.
HEADERS = ("content-type", "api-supported-versions", "cache-control", "expires", "pragma",
           "x-content-type-options", "x-powered-by")  # fmt: skip


def masked(value, name=""):
    """Returns a body in which values that differ between runs are masked."""
    if isinstance(value, dict):
        return {key: masked(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [masked(item, name) for item in value]
    if name in PRINCIPALS and value is not None:
        return "<principal>"
    if name == "poolManagementEndpoint":
        return "<endpoint>" + value[value.index("/subscriptions/") :]
    if isinstance(value, str) and (time := TIME.fullmatch(value)):
        return f"<time>{time[2]}"
    return value


def without_other_pools(body, pools):
    """Returns a list of pools with only those that are replayed."""
    if not isinstance(body, dict) or "value" not in body:
        return body
    return {**body, "value": [one for one in body["value"] if one.get("name") in pools]}


def header_names(headers):
    names = {name.lower() for name in headers}
    return [name for name in HEADERS if name in names]


def _python_pools(interactions):
    for each in interactions:
        request = each["request"]
        body = request.get("body")
        properties = (body.get("properties") or {}) if isinstance(body, dict) else {}
        if request["method"] == "PUT" and properties.get("containerType") == "PythonLTS":
            yield POOL.fullmatch(request["path"])[1]


def _names_one_of(path, pools):
    named = POOL.match(path)
    return named is None or named[1] in pools


def _exchange(each, pools):
    request, answer = each["request"], each["response"]
    is_arm = "dynamicsessions.io" not in request["host"]
    exchange = {
        "plane": "ARM" if is_arm else "data",
        "method": request["method"],
        "path": request["path"],
        "query": request["query"],
        "type": request["headers"].get("content-type"),
        "sent": request.get("body"),
        "status": answer["status"],
    }
    if is_arm:
        exchange["body"] = masked(without_other_pools(answer.get("body"), pools))
        exchange["headers"] = header_names(answer["headers"])
    else:
        identifier = request["query"]["identifier"]
        exchange["body"] = masked_body(answer.get("body_text") or "", identifier)
    return exchange


def _is_replayed(each, pools):
    """Whether the exchange is about a pool that the emulator has, or a list of pools."""
    request = each["request"]
    is_data = "dynamicsessions.io" in request["host"]
    is_list = request["path"].endswith("/providers/Microsoft.App/sessionPools")
    return (is_data or "/sessionPools" in request["path"]) and (
        is_list or (POOL.match(request["path"]) and _names_one_of(request["path"], pools))
    )


def _reason_to_skip(request):
    """Returns the reason why an interaction is not replayed: it has no pool that the emulator could
    have."""
    if "/sessionPools/" in request["path"]:
        return "a pool of a container type that the emulator lacks"
    if re.search(r"/operation(Statuses|Results)/", request["path"]):
        return "polls an operation on such a pool"
    if request["path"].endswith("/sessionPools"):
        return "a list in a sequence with such pools only"
    if request["host"].endswith(".azurecontainerapps.io"):
        return "the address of a custom container"
    raise ValueError(f"no reason to skip {request['method']} {request['path']}")


def derive(contract):
    """The members of management.json: `exchanges`, and `conversations` that refer to them and the
    number of interactions that are left out, by reason."""
    exchanges, conversations = [], []
    for path in sorted((contract / "recorded").glob("session*.json")):
        interactions = json.loads(path.read_text())["interactions"]
        pools = set(_python_pools(interactions))
        numbers, skipped = [], collections.Counter()
        for each in interactions:
            if not pools or not _is_replayed(each, pools):
                skipped[_reason_to_skip(each["request"])] += 1
                continue
            exchange = _exchange(each, pools)
            if exchange not in exchanges:
                exchanges.append(exchange)
            numbers.append(exchanges.index(exchange))
        conversations.append(
            {"recording": path.stem, "exchanges": numbers, "skipped": dict(sorted(skipped.items()))}
        )
    return {"exchanges": exchanges, "conversations": conversations}
