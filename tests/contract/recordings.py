"""Facts of recorded traffic, in our own form: each request and its answer.

Equal exchanges are listed once; a conversation lists its exchanges by number. Times, ids and
durations are named in angle brackets, everything else is exact.
"""

import json
import re
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

POOLS = {  # keyed by the names in the recorder's tests
    "spjupyterpython": "PythonLTS",
    "spnodeltsregistry": "PythonLTS",  # not a Node pool: a copy of the recording of spjupyterpython
    "spnodelts": "NodeLTS",
    "spcustomcontainer": "CustomContainer",
}
MANAGEMENT = "management of pools (ARM)"
FRAMING = ("connection", "content-length", "transfer-encoding")

GUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_NUMBER = r"\d+(\.\d{1,4})?"
_MASKS = (  # replacements in the text of a body; the service omits trailing zeros of a time
    (r'"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,7}Z"', '"<time>"'),
    (r'"executionTimeInMilliseconds":\d+', '"executionTimeInMilliseconds":"<int>"'),
    (rf'"id":"{GUID}"', '"id":"<guid>"'),
    (rf'"etag":"{GUID}"', '"etag":"<guid>"'),
)


def masked_body(text, identifier):
    text = text.replace(f'"{identifier}"', '"<identifier>"')
    for pattern, name in _MASKS:
        text = re.sub(pattern, name, text)
    return text


def masked_headers(headers):
    """Returns all headers but those of the connection; values are exact unless they are times, ids
    or durations."""
    names = {name.lower(): value for name, value in headers.items()}
    return {name: _masked_value(name, names[name]) for name in sorted(set(names) - set(FRAMING))}


def _masked_value(name, value):
    if name == "date" and re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", value):
        return "<date>"
    if re.fullmatch(GUID, value):
        return "<guid>"
    if name.startswith("x-ms-") and name != "x-ms-allocation-retries":
        return "<milliseconds>" if re.fullmatch(_NUMBER, value) else value
    return value


def framing(headers):
    """Orders the headers: the recorder stored a decoded length next to `chunked`, so `chunked`
    comes first."""
    names = {name.lower() for name in headers}
    if "transfer-encoding" in names:
        return "chunked"
    return "length" if "content-length" in names else "none"


def _request(method, path, query, content_type, body):
    pool, operation = re.fullmatch(r".*/sessionPools/([^/]+)/(.*)", path).groups()
    request = {"method": method, "path": operation}
    request["query"] = query | {"identifier": "<identifier>"}
    if content_type and content_type.startswith("multipart/"):
        part = re.search(r'name="(\w+)"; filename="(.+)"\r\n\r\n(.*)\r\n--', body, re.DOTALL)
        request["upload"] = dict(zip(("name", "filename", "content"), part.groups(), strict=True))
    elif body:
        body = json.loads(body) if isinstance(body, str) else body
        request["json"] = json.loads(masked_body(json.dumps(body), query["identifier"]))
    return pool, request


def _answer(status, headers, body, identifier):
    return {
        "status": status,
        "framing": framing(headers),
        "headers": masked_headers(headers),
        "body": masked_body(body or "", identifier),
    }


def _recorded(path):
    """Returns (number, pool, date, request, answer) of a file of recorded/; exchanges without a
    request are ARM's."""
    document = json.loads(path.read_text())
    if "interactions" not in document:
        yield 0, MANAGEMENT, None, None
    for each in document.get("interactions", ()):
        request, answer = each["request"], each["response"]
        pool = _pool_of_host(request)
        if "dynamicsessions.io" not in request["host"]:
            yield each["index"], pool, None, None
            continue
        content_type = request["headers"].get("content-type")
        query = request["query"]
        pool, asked = _request(
            request["method"], request["path"], query, content_type, request.get("body")
        )
        body = answer.get("body_text")
        came = _answer(answer["status"], answer["headers"], body, query["identifier"])
        yield each["index"], _kind_of(pool), asked, came


def _pool_of_host(request):
    name = request["host"].partition(".")[0]
    return _kind_of(name) if name.startswith("sp") else MANAGEMENT


def _kind_of(pool):
    return next(kind for name, kind in POOLS.items() if pool.startswith(name))


def _observed(path):
    for number, each in enumerate(json.loads(path.read_text())["interactions"]):
        request, answer = each["request"], each["response"]
        uri = urlsplit(request["uri"])
        query = dict(parse_qsl(uri.query, keep_blank_values=True))
        pool, asked = _request(
            request["method"], uri.path, query, request.get("content_type"), request.get("body")
        )
        code = answer["status"]["code"]
        came = _answer(code, answer["headers"], answer.get("body"), query["identifier"])
        yield number, _kind_of(pool), asked, came


def _captures(path):
    for each in json.loads(path.read_text())["captures"]:
        text = json.dumps(each["body"], separators=(",", ":"))
        yield {
            "source": f"{each['repo']}: {each['path']}",
            "version": each["api_version"],
            "request": each["request"],
            "body": masked_body(text, each["body"].get("identifier")),
        }


class _Collector:
    def __init__(self):
        self.exchanges = []
        self.conversations = []
        self.not_for_python = []

    def add(self, source, numbered):
        skipped = {}
        for number, pool, request, answer in numbered:
            if pool != "PythonLTS":
                skipped.setdefault(pool, []).append(number)
                continue
            if "json" in request:  # every recorded conversation starts with an execution
                version = request["query"]["api-version"]
                begun = {"source": source, "version": version, "numbers": [], "exchanges": []}
                self.conversations.append(begun)
            exchange = {"request": request, "answer": answer}
            if exchange not in self.exchanges:
                self.exchanges.append(exchange)
            self.conversations[-1]["numbers"].append(number)
            self.conversations[-1]["exchanges"].append(self.exchanges.index(exchange))
        for pool, numbers in skipped.items():
            self.not_for_python.append({"source": source, "pool": pool, "count": len(numbers)})


def derive(contract):
    """Returns the facts of `recorded/` and `observed/` below the directory `contract`."""
    collected = _Collector()
    for path in sorted((Path(contract) / "recorded").glob("*.json")):
        collected.add(f"recorded/{path.name}", _recorded(path))
    observed = Path(contract) / "observed"
    collected.add(
        "observed/azure-cli-recordings.json", _observed(observed / "azure-cli-recordings.json")
    )
    return {
        "conversations": collected.conversations,
        "exchanges": collected.exchanges,
        "captures": list(_captures(observed / "community-captures.json")),
        "skipped": collected.not_for_python,
    }
