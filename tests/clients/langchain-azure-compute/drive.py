"""The requests of langchain-azure-compute's REPL tool, which PyPI does not serve
(api-spec/CLIENTS.md section 3.6)."""

import json
import os
import urllib.parse
import uuid

from by_hand import managed_identity_token, send
from operations import (
    FIGURE,
    SLOW,
    contains,
    define_operations_of_wrapped_answers,
    equal,
    is_png_result,
    operation,
    raises,
    run_operations,
)

VERSION = "0.1.0"
ENDPOINT = os.environ["AZURE_DYNAMIC_SESSIONS_POOL_MANAGEMENT_ENDPOINT"]
IDENTIFIER = str(uuid.uuid4())
HEADERS = {
    "User-Agent": f"langchain-azure-compute/{VERSION} (Language=Python)",
    "Accept-Encoding": "gzip, deflate",
    "Accept": "*/*",
    "Connection": "keep-alive",
    "Authorization": f"Bearer {managed_identity_token()}",
}


def request(method, path, version="2024-02-02-preview", content_type=None, body=None, seconds=60):
    query = urllib.parse.urlencode(
        {"identifier": IDENTIFIER, "api-version": version},
        quote_via=lambda text, *_: urllib.parse.quote(text, safe=""),
    )
    headers = HEADERS | ({"Content-Type": content_type} if content_type else {})
    return send(method, f"{ENDPOINT}/{path}?{query}", headers, body, seconds)


def execute(code, seconds=60):
    properties = {"codeInputType": "inline", "executionType": "synchronous", "code": code}
    body = json.dumps({"properties": properties}).encode()
    answer = request(
        "POST", "code/execute", content_type="application/json", body=body, seconds=seconds
    )
    equal(answer.status, 200)
    return answer.json()["properties"]


def send_file(name, content):
    boundary = uuid.uuid4().hex
    head = f'Content-Disposition: form-data; name="file"; filename="{name}"'
    body = f"--{boundary}\r\n{head}\r\nContent-Type: application/octet-stream\r\n\r\n".encode()
    body += content + f"\r\n--{boundary}--\r\n".encode()
    content_type = f"multipart/form-data; boundary={boundary}"
    answer = request("POST", "files/upload", content_type=content_type, body=body).json()
    properties = answer["value"][0]["properties"]
    return f"/mnt/data/{properties['filename']}", properties["size"]


def files():
    entries = [entry["properties"] for entry in request("GET", "files").json()["value"]]
    return [(entry["filename"], entry["size"]) for entry in entries]


def receive_file(name):
    return request("GET", f"files/content/{name}").content


define_operations_of_wrapped_answers(execute, send_file, files, receive_file)


@operation
def download_missing():
    equal(request("GET", "files/content/missing.csv").status, 404)


@operation
def figure():
    is_png_result(execute(FIGURE)["result"])


@operation
def timeout():
    raises(TimeoutError, execute, SLOW, seconds=0.5)
    equal(execute("answer")["result"], 42)


@operation
def delete():
    answer = request("DELETE", "session", "2025-10-02-preview")
    equal((answer.status // 100, answer.content), (2, b""))
    contains(execute("answer")["stderr"], "NameError")


run_operations()
