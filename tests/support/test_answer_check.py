"""The check of all answers must accept what is promised and notice what is not."""

import http.server
import json
import threading

import pytest
import requests

from support import services
from support.documents import versions, violations

POOL = "http://127.0.0.1:1/subscriptions/s/resourceGroups/g/sessionPools/p"
JSON = {"content-type": "application/json; charset=utf-8"}
REFUSED = JSON | {"x-ms-error-code": "SomeCode"}
ERROR = {"error": {"code": "SomeCode", "message": "Some words.", "traceId": "some-id"}}
TIME = "2026-01-30T06:16:17.1402335Z"
FILE = {
    "name": "a.txt",
    "directory": ".",
    "type": "file",
    "contentType": "text/plain; charset=utf-8",
    "sizeInBytes": 1,
    "lastModifiedAt": TIME,
}
AT = "?api-version=2025-10-02-preview&identifier=some-id"


def moved_to_end(members, name):
    return {**{key: value for key, value in members.items() if key != name}, name: members[name]}


def wrong(target, status, headers, body, method="GET"):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return violations(method, POOL + target, status, headers, content)


@pytest.mark.parametrize(
    ("target", "status", "headers", "body"),
    [
        (f"/files/a.txt{AT}", 200, JSON, FILE),
        (f"/files{AT}", 200, JSON, {"value": [FILE]}),
        (f"/FILES/{AT}", 200, JSON, {"value": []}),
        (f"/files/a%2Fb.txt/content{AT}", 200, {"content-type": "application/octet-stream"}, b"{"),
        ("/files?identifier=i", 200, JSON, {"$id": "1", "value": []}),
        ("/files?identifier=i&api-version=2099-01-01", 200, JSON, {"value": []}),
        ("/files/content/a/b.txt", 404, REFUSED, ERROR),
        (f"/files/a.txt{AT}", 404, REFUSED, ERROR),
        (f"/files/a.txt{AT}", 401, {"www-authenticate": "Bearer"}, b""),
        ("/no/such/path", 400, REFUSED, ERROR),
        ("/no/such/path", 401, {}, b""),
    ],
)
def test_what_is_promised_passes(target, status, headers, body):
    assert wrong(target, status, headers, body) == []


@pytest.mark.parametrize(
    ("target", "status", "headers", "body", "said"),
    [
        (f"/files/a.txt{AT}", 200, JSON, moved_to_end(FILE, "directory"), "order"),
        (f"/files/a.txt{AT}", 200, JSON, FILE | {"more": 1}, "more"),
        (f"/files/a.txt{AT}", 200, JSON, FILE | {"sizeInBytes": "1"}, "sizeInBytes"),
        (f"/files/a.txt{AT}", 200, JSON, FILE | {"lastModifiedAt": TIME[:-2] + "0Z"}, "At"),
        (f"/files/a.txt{AT}", 200, JSON, {"name": "a.txt"}, "required"),
        (f"/files/a.txt{AT}", 200, {"content-type": "text/html"}, FILE, "content type"),
        (f"/files/a.txt{AT}", 200, JSON, b"{", "not JSON"),
        (f"/files/a.txt{AT}", 202, JSON, FILE, "status"),
        (f"/files/a.txt{AT}", 404, JSON, ERROR, "x-ms-error-code is missing"),
        (f"/files/a.txt{AT}", 401, {"www-authenticate": "Bearer"}, ERROR, "no body"),
        (f"/files/a.txt{AT}", 500, REFUSED, ERROR, "SessionAllocationFailed"),
        ("/files?identifier=i&api-version=2024-10-02-preview", 200, JSON, {"value": []}, "$id"),
        ("/no/such/path", 200, JSON, {}, "no document"),
        ("/no/such/path", 404, JSON, {"message": "no"}, "error"),
        ("/no/such/path", 401, {}, ERROR, "no body"),
    ],
)
def test_what_is_not_promised_is_noticed(target, status, headers, body, said):
    (found,) = wrong(target, status, headers, body)
    assert said in found


def test_every_api_version_has_a_document():
    assert versions()[0] == "2023-08-01-preview" and len(versions()) == 5


@pytest.fixture
def careless_server():
    """Answers every request with 200 and nothing else."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_requests_to_our_servers_are_checked_and_others_are_not(careless_server):
    assert requests.get(f"{careless_server}/files{AT}", timeout=60).status_code == 200
    services.serves(careless_server)
    with pytest.raises(AssertionError, match="not answered as api-spec/ promises"):
        requests.get(f"{careless_server}/files{AT}", timeout=60)
    services.serves_no_longer(careless_server)
    assert requests.get(f"{careless_server}/files{AT}", timeout=60).status_code == 200
