"""The bytes that a .NET client of spring 2024 sends, and the members it reads (CLIENTS.md section 3.1).

`HttpClient`, `System.Text.Json` and `MultipartFormDataContent` write bytes that no Python client
writes: the identifier in the body only, \\u escapes, enums in PascalCase, a quoted boundary,
unquoted file names. So the test makes each request by hand.
"""

import contextlib
import http.client
import json
import re
from datetime import datetime
from urllib.parse import urlsplit

import pytest

from support.answer_check import check
from support.dotnet import multipart, system_text_json

VERSION = "2024-02-02-preview"
BOM = b"\xef\xbb\xbf"
CSV = BOM + b"Name,Age\r\nAnn,41\r\nBj\xc3\xb6rn,1\r\n"
# The format that .NET accepts as a DateTime: at most seven digits of a second.
DATE_TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?Z"


class DotNetWrapper:
    def __init__(self, session):
        self.endpoint = urlsplit(session.endpoint)
        self.identifier = session.identifier

    def execute(self, code, chunked=False):
        body = system_text_json(
            {
                "properties": {
                    "identifier": self.identifier,
                    "pythonCode": code,
                    "timeoutInSeconds": 100,
                    "codeInputType": "Inline",
                    "executionType": "Synchronous",
                }
            }
        )
        path = f"python/execute?api-version={VERSION}"
        return self._send("POST", path, "application/json; charset=utf-8", body, chunked)

    def upload(self, file_name_parameters, content):
        content_type, body = multipart(file_name_parameters, content)
        path = f"files/upload?identifier={self.identifier}&api-version={VERSION}"
        return self._send("POST", path, content_type, body)

    def list(self):
        return self._send("GET", f"files?identifier={self.identifier}&api-version={VERSION}")

    def _send(self, method, path, content_type=None, body=b"", chunked=False):
        connection = http.client.HTTPConnection(self.endpoint.netloc, timeout=60)
        with contextlib.closing(connection):
            target = f"{self.endpoint.path}/{path}"
            connection.putrequest(method, target, skip_accept_encoding=True)
            connection.putheader("User-Agent", "Semantic-Kernel/1.0.0.0 (Language=dotnet)")
            connection.putheader("Authorization", "Bearer test-token")
            if chunked:
                connection.putheader("Transfer-Encoding", "chunked")
            elif content_type:
                connection.putheader("Content-Length", str(len(body)))
            if content_type:
                connection.putheader("Content-Type", content_type)
            connection.endheaders(body, encode_chunked=chunked)
            answer = connection.getresponse()
            content = answer.read()
        url = f"http://{self.endpoint.netloc}{target}"
        check(method, url, answer.status, answer.headers, content)
        text = content.decode()
        # `ReadFromJsonAsync` refuses every other media type and charset.
        assert (answer.status, answer.headers["content-type"]) == (
            200,
            "application/json; charset=utf-8",
        ), text
        return json.loads(text)


@pytest.fixture
def wrapper(session):
    return DotNetWrapper(session)


def assert_file(entry, name, size):
    properties = entry["properties"]
    assert (properties["filename"], properties["size"]) == (name, size)
    assert type(properties["size"]) is int
    assert re.fullmatch(DATE_TIME, properties["lastModifiedTime"])
    datetime.fromisoformat(properties["lastModifiedTime"])


@pytest.mark.parametrize("chunked", [False, True], ids=["with its length", "in chunks"])
def test_the_answer_is_flat_and_has_every_member_the_wrapper_reads(wrapper, chunked):
    answer = wrapper.execute("print('hi')\n6 * 7", chunked)
    assert (answer["status"], answer["stdout"], answer["stderr"]) == ("Success", "hi\n", "")
    assert answer["result"] == 42
    assert "properties" not in answer


def test_escapes_become_the_characters_they_stand_for(wrapper):
    text = 'it\'s "quoted" <&+`> Grüße \U0001f600'
    assert b"\\u0027" in system_text_json(text) and b"\\uD83D\\uDE00" in system_text_json(text)
    assert wrapper.execute(f"print({text!r})")["stdout"] == text + "\n"


def test_a_failing_program_keeps_the_members_and_says_failure(wrapper):
    answer = wrapper.execute("1 / 0")
    assert (answer["status"], answer["stdout"], answer["result"]) == ("Failure", "", "")
    assert "ZeroDivisionError" in answer["stderr"]


@pytest.mark.parametrize(
    "parameters, name",
    [
        ("filename=data.csv; filename*=utf-8''data.csv", "data.csv"),
        ("filename=\"my data.csv\"; filename*=utf-8''my%20data.csv", "my data.csv"),
        (
            "filename=\"=?utf-8?B?R3LDvMOfZS5jc3Y=?=\"; filename*=utf-8''Gr%C3%BC%C3%9Fe.csv",
            "Grüße.csv",
        ),
    ],
    ids=["token", "quoted", "encoded word"],
)
def test_an_upload_is_found_under_the_name_that_was_meant(wrapper, parameters, name):
    uploaded = wrapper.upload(parameters, CSV)
    listed = wrapper.list()
    for answer in (uploaded, listed):
        assert len(answer["value"]) == 1
        assert_file(answer["value"][0], name, len(CSV))


def test_pandas_reads_the_uploaded_csv_past_its_byte_order_mark(wrapper):
    wrapper.upload("filename=data.csv; filename*=utf-8''data.csv", CSV)
    answer = wrapper.execute(
        "import pandas as pd\ndf = pd.read_csv('/mnt/data/data.csv')\nprint(df.head())"
    )
    assert answer["stderr"] == ""
    assert answer["stdout"] == "    Name  Age\n0    Ann   41\n1  Björn    1\n"


def test_a_session_without_files_lists_none(wrapper):
    assert wrapper.list()["value"] == []
