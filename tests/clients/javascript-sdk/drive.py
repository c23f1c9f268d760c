"""The requests of the samples of the Azure SDK for JavaScript, whose client for sessions was never
published (api-spec/CLIENTS.md section 3.12). It expects exact statuses and polls asynchronous
executions."""

import json
import os
import time
import urllib.parse
import uuid

from by_hand import managed_identity_token, send
from operations import (
    CSV,
    FAILING,
    PEOPLE,
    READ_CSV,
    SLOW,
    contains,
    equal,
    operation,
    raises,
    run_operations,
)

VERSION = "1.0.0-beta.1"
API_VERSION = "2024-10-02-preview"
ENDPOINT = os.environ["POOL_MANAGEMENT_ENDPOINT"]
IDENTIFIER = str(uuid.uuid4())
HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "gzip,deflate",
    "User-Agent": f"azsdk-js-microsoft-app-dynamicsessions-rest/{VERSION}",
    "Authorization": f"Bearer {managed_identity_token()}",
}


def request(method, route, status, headers=None, body=None, seconds=60, **query):
    query = urllib.parse.urlencode({"api-version": API_VERSION, "identifier": IDENTIFIER, **query})
    answer = send(method, f"{ENDPOINT}/{route}?{query}", HEADERS | (headers or {}), body, seconds)
    assert answer.status == status, (answer.status, answer.content)
    return answer


def post_execution(code, execution_type, seconds=60, **headers):
    body = {"codeInputType": "Inline", "executionType": execution_type, "code": code}
    headers = {"Content-Type": "application/json", **headers}
    return request("POST", "executions", 202, headers, json.dumps(body).encode(), seconds)


def execute(code, seconds=60):
    return post_execution(code, "Synchronous", seconds).json()


@operation
def run():
    answer = execute("print('hi')\n6 * 7")
    equal((answer["status"], answer["result"]["stdout"]), ("Succeeded", "hi\n"))
    equal(answer["result"]["executionResult"], 42)


@operation
def state():
    equal(execute("answer = 6 * 7")["status"], "Succeeded")
    equal(execute("answer")["result"]["executionResult"], 42)


@operation
def asynchronous():
    name = str(uuid.uuid4())
    started = post_execution("6 * 7", "Asynchronous", **{"operation-id": name})
    equal(started.headers["operation-id"], name)
    # The address can be relative to the endpoint; the poller takes both.
    location = started.headers["operation-location"]
    address = location if "://" in location else ENDPOINT + location
    deadline = time.monotonic() + 30
    while (answer := send("GET", address, HEADERS).json())["status"] in ("Running", "NotStarted"):
        assert time.monotonic() < deadline, answer
        time.sleep(0.1)
    equal((answer["status"], answer["result"]["executionResult"]), ("Succeeded", 42))
    equal(request("GET", f"executions/{name}", 200).json()["id"], name)


@operation
def upload():
    boundary = f"----AzSDKFormBoundary{uuid.uuid4()}"
    head = 'Content-Disposition: form-data; name="file"; filename="cities.csv"'
    body = f"--{boundary}\r\n{head}\r\nContent-Type: application/octet-stream\r\n\r\n".encode()
    body += CSV + f"\r\n--{boundary}--\r\n\r\n".encode()
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    answer = request("POST", "files", 200, headers, body, path="/").json()
    equal((answer["name"], answer["sizeInBytes"]), ("cities.csv", len(CSV)))
    equal(execute(READ_CSV)["result"]["executionResult"], PEOPLE)


@operation
def list_files():
    entries = request("GET", "files", 200, path="/").json()["value"]
    equal([(one["name"], one["sizeInBytes"]) for one in entries], [("cities.csv", len(CSV))])


@operation
def metadata():
    equal(request("GET", "files/cities.csv", 200, path="/").json()["sizeInBytes"], len(CSV))


@operation
def download():
    equal(request("GET", "files/cities.csv/content", 200, path="/").content, CSV)


@operation
def download_missing():
    answer = request("GET", "files/missing.csv/content", 404, path="/")
    equal(answer.headers["x-ms-error-code"], answer.json()["error"]["code"])


@operation
def figure():
    execute(
        "import matplotlib.pyplot as plt\nplt.plot([1, 4, 9])\n"
        "plt.savefig('/mnt/data/plot.png')\nplt.close()"
    )
    content = request("GET", "files/plot.png/content", 200, path="/").content
    equal(content[:4], b"\x89PNG")


@operation
def error():
    answer = execute(FAILING)
    equal((answer["status"], answer["result"]["stdout"]), ("Failed", "before\n"))
    contains(answer["result"]["stderr"], "ZeroDivisionError")


@operation
def timeout():
    raises(TimeoutError, execute, SLOW, seconds=0.5)
    equal(execute("answer")["result"]["executionResult"], 42)


@operation
def delete_file():
    equal(request("DELETE", "files/cities.csv", 204, path="/").content, b"")
    request("GET", "files/cities.csv", 404, path="/")


run_operations()
