"""The requests of Semantic Kernel .NET's SessionsPythonPlugin since May 2025 (api-spec/CLIENTS.md
section 3.2), without .NET. The plugin reads results as texts, so programs print them."""

import os
import re
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
from support.dotnet import multipart, system_text_json

VERSION = "of 2025"
API_VERSION = "2024-10-02-preview"
ENDPOINT = os.environ["AZURE_POOL_MANAGEMENT_ENDPOINT"]
IDENTIFIER = str(uuid.uuid4())
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?Z"
HEADERS = {
    "User-Agent": "Semantic-Kernel/1.0.0.0 (Language=dotnet)",
    "Authorization": f"Bearer {managed_identity_token('https://acasessions.io')}",
}


def request(method, path, headers=None, body=None, seconds=100):
    url = f"{ENDPOINT}/{path}?identifier={IDENTIFIER}&api-version={API_VERSION}"
    return send(method, url, HEADERS | (headers or {}), body, seconds)


def execute(code, seconds=100):
    body = {
        "codeInputType": "Inline",
        "executionType": "Synchronous",
        "timeoutInSeconds": 100,
        "code": code,
    }
    headers = {"Content-Type": "application/json; charset=utf-8"}
    answer = request("POST", "executions", headers, system_text_json(body), seconds)
    equal(answer.status // 100, 2)
    return answer.json()


def check_file(file):
    """Checks the members that the plugin requires of a file."""
    equal((file["name"], file["type"], file["sizeInBytes"]), ("cities.csv", "file", len(CSV)))
    assert re.fullmatch(TIME, file["lastModifiedAt"]), file


@operation
def run():
    answer = execute("print('hi \N{GRINNING FACE} <\"+\">')")
    equal(answer["status"], "Succeeded")
    equal(answer["result"]["stdout"], 'hi \N{GRINNING FACE} <"+">\n')
    equal(answer["result"]["executionResult"], "")


@operation
def state():
    equal(execute("answer = 6 * 7")["status"], "Succeeded")
    equal(execute("print(answer)")["result"]["stdout"], "42\n")


@operation
def upload():
    names = "filename=cities.csv; filename*=utf-8''cities.csv"
    content_type, body = multipart(names, CSV)
    answer = request("POST", "files", {"Content-Type": content_type}, body)
    check_file(answer.json())
    equal(execute(READ_CSV.replace("int(", "print(", 1))["result"]["stdout"], f"{PEOPLE}\n")


@operation
def list_files():
    (file,) = request("GET", "files").json()["value"]
    check_file(file)


@operation
def download():
    equal(request("GET", "files/cities.csv/content").content, CSV)


@operation
def download_missing():
    equal(request("GET", "files/missing.csv/content").status, 404)


@operation
def figure():
    execute(
        "import matplotlib.pyplot as plt\nplt.plot([1, 4, 9])\n"
        "plt.savefig('/mnt/data/plot.png')\nplt.close()"
    )
    equal(request("GET", "files/plot.png/content").content[:4], b"\x89PNG")


@operation
def error():
    answer = execute(FAILING)
    equal((answer["status"], answer["result"]["stdout"]), ("Failed", "before\n"))
    contains(answer["result"]["stderr"], "ZeroDivisionError")


@operation
def timeout():
    raises(TimeoutError, execute, SLOW, seconds=0.5)
    equal(execute("print(answer)")["result"]["stdout"], "42\n")


run_operations()
