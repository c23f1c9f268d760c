"""How tests compare an answer: exact text with varying parts masked, and the error envelope."""

import json
import re

GUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,6}[1-9])?Z"  # a time as .NET writes it

_MASKS = (
    (rf'"{TIME}"', '"<time>"'),
    (r'"executionTimeInMilliseconds":\d+', '"executionTimeInMilliseconds":<int>'),
    (r'"etag":"[^"]+"', '"etag":"<etag>"'),
    (rf'"id":"{GUID}"', '"id":"<guid>"'),
)


def masked(answer, session):
    """Returns the body's text; times, durations and ids of the right form are replaced by their
    names."""
    text = answer.text.replace(f'"{session.identifier}"', '"<identifier>"')
    for pattern, name in _MASKS:
        text = re.sub(pattern, name, text)
    return text


def assert_refused(answer, status, code=None, target=None):
    """Checks that the answer has the envelope of CONTRACT.md section 1.5. `status` and `code` can
    be sets."""
    assert answer.status_code in _as_set(status), (answer.status_code, answer.text)
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    body = json.loads(answer.text)
    assert list(body) == ["error"]
    error = body["error"]
    assert list(error) in (["code", "message", "target", "traceId"], ["code", "message", "traceId"])
    assert all(isinstance(value, str) and value for value in error.values()), error
    assert answer.headers["x-ms-error-code"] == error["code"]
    if code is not None:
        assert error["code"] in _as_set(code), error
    if target is not None:
        assert error["target"] == target, error


def _as_set(value):
    return value if isinstance(value, set) else {value}


def assert_headers_of_every_answer(answer):
    assert answer.headers["server"] == "Microsoft-IIS/10.0"
    assert answer.headers["x-powered-by"] == "ASP.NET"
    assert re.fullmatch(GUID, answer.headers["mise-correlation-id"])
    assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", answer.headers["date"])


def assert_headers_of_json(answer):
    assert_headers_of_every_answer(answer)
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.headers["transfer-encoding"] == "chunked"
    vary = None if answer.status_code == 202 else "Accept-Encoding"
    assert answer.headers.get("vary") == vary
