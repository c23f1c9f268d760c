"""The bytes of clients: one test for each quirk of CLIENTS.md section 2 that has no test elsewhere.

The table of CLIENTS.md section 9 lists the test of each quirk.
"""

import contextlib
import json
import re
import socket
import uuid
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from support.answer_check import check
from support.emulator import HTTP_SECONDS, V2024_02, V2024_10, V2025_10
from support.exact_http import answer_on

ROOT = Path(__file__).parents[2]
CLIENTS = ROOT / "api-spec" / "CLIENTS.md"
JSON = "Content-Type: application/json"


def exchange(session, method, path, *headers, body=b"", version=V2025_10, query=None):
    """Sends a request byte by byte; `query` replaces the usual one. Adds the length of a body that
    is not sent in chunks."""
    parts = urlsplit(session.endpoint)
    if query is None:
        query = f"?identifier={session.identifier}&api-version={version}"
    target = f"{parts.path}/{path}{query}"
    head = [f"{method} {target} HTTP/1.1", f"Host: {parts.netloc}", "Authorization: Bearer any"]
    head += headers
    if body and not any("ncoding: chunked" in header for header in headers):
        head.append(f"Content-Length: {len(body)}")
    connection = socket.create_connection((parts.hostname, parts.port), timeout=HTTP_SECONDS)
    with contextlib.closing(connection):
        connection.sendall("\r\n".join([*head, "", ""]).encode() + body)
        answer = answer_on(connection)
    url = f"http://{parts.netloc}{target}"
    check(method, url, answer.status_code, answer.headers, answer.content)
    return answer


def execute(session, body, *headers, path="executions", **how):
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    return exchange(session, "POST", path, *(headers or [JSON]), body=body, **how)


def part(name_parameters, content, boundary="edge", part_headers=b""):
    """Returns a body with one file, whose name parameters are written as they are."""
    head = f"--{boundary}\r\nContent-Disposition: form-data; {name_parameters}\r\n".encode()
    return head + part_headers + b"\r\n" + content + f"\r\n--{boundary}--\r\n".encode()


def upload(session, body, *headers):
    headers = headers or ["Content-Type: multipart/form-data; boundary=edge"]
    return exchange(session, "POST", "files/upload", *headers, body=body, version=V2024_02)


def names(session):
    return [file["name"] for file in session.list().json()["value"]]


def result(answer):
    assert answer.status_code in (200, 202), answer.text
    return json.loads(answer.text)["result"]["executionResult"]


def value(answer):
    """Returns the value in the wrapped dialect."""
    assert answer.status_code == 200, answer.text
    return json.loads(answer.text)["properties"]["result"]


@pytest.mark.parametrize(
    "input_type, execution_type",
    [("Inline", "Synchronous"), ("inline", "synchronous"), ("INLINE", "synchronouS")],
)
def test_enums_are_compared_without_case(session, input_type, execution_type):
    body = {"codeInputType": input_type, "executionType": execution_type, "code": "6 * 7"}
    assert result(execute(session, body)) == 42
    answer = execute(session, {"properties": body}, path="code/execute", version=V2024_02)
    assert value(answer) == 42


def test_escapes_of_system_text_json_are_the_characters(session):
    body = rb'{"code":"\u0027\u003C\u002B\u0026\u003E\uD83D\uDE00\u00FC\u0022\u0027"}'
    answer = execute(session, body, "Content-Type: application/json; charset=utf-8")
    assert '<+&>\N{GRINNING FACE}ü"' in result(answer)


def test_an_upload_in_chunks_needs_no_length(session):
    body = part('name="file"; filename="data.csv"', b"a,b\n1,2\n")
    chunks = b"".join(
        b"%x\r\n%s\r\n" % (len(piece), piece) for piece in (body[:7], body[7:60], body[60:])
    )
    headers = ["Content-Type: multipart/form-data; boundary=edge", "Transfer-Encoding: chunked"]
    assert upload(session, chunks + b"0\r\n\r\n", *headers).status_code == 200
    assert session.content("data.csv").content == b"a,b\n1,2\n"


@pytest.mark.parametrize(
    "name",
    ["te%20st%22%C3%BC.txt", "quoted %22 name.txt", "Grüße aus Köln.txt"],
    ids=["aiohttp", "undici", "requests"],
)
def test_a_file_has_the_name_that_the_http_library_of_the_client_sent(session, name):
    assert upload(session, part(f'name="file"; filename="{name}"', b"1")).status_code == 200
    assert names(session) == [name]
    assert session.content(quote(name)).content == b"1"


def test_the_boundary_is_found_in_a_body_that_is_called_json(session):
    body = part('name="file"; filename="data.csv"', b"1", boundary="5f2c")
    assert upload(session, body, JSON).status_code == 200
    assert names(session) == ["data.csv"]


def test_the_path_of_the_session_is_cut_off_the_name_of_an_upload(session):
    body = part('name="file"; filename="/mnt/data/data.csv"', b"1")
    assert upload(session, body).status_code == 200
    assert names(session) == ["data.csv"]


def test_an_offer_of_http_2_is_answered_with_http_1_1(session):
    headers = [
        "Connection: Upgrade, HTTP2-Settings",
        "Upgrade: h2c",
        "HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA",
    ]
    listed = exchange(session, "GET", "files", "Content-Length: 0", *headers)
    assert (listed.status_code, json.loads(listed.text)["value"]) == (200, [])
    assert result(execute(session, {"code": "6 * 7"}, JSON, *headers)) == 42


def test_a_boundary_may_begin_with_dashes_and_a_part_call_itself_json(session):
    boundary = "----1764460800000"
    kind = b"Content-Type: application/json\r\n"
    body = part('name="file"; filename="a.bin"', b"\0\xff", boundary, kind)
    header = f"Content-Type: multipart/form-data; boundary={boundary}"
    assert upload(session, body, header).status_code == 200
    assert session.content("a.bin").content == b"\0\xff"


def test_a_slash_at_the_end_of_a_path_is_none(session):
    session.upload("data.csv", b"1")
    content = exchange(session, "GET", "files/content/data.csv/", version=V2024_02)
    assert (content.status_code, content.content) == (200, b"1")
    body = {"properties": {"identifier": session.identifier, "pythonCode": "6 * 7"}}
    answer = execute(session, body, path="python/execute/", version=V2024_02)
    assert json.loads(answer.text)["result"] == 42


def test_two_slashes_are_one(session):
    session.upload("data.csv", b"1")
    listed = exchange(session, "GET", "/files")
    assert [file["name"] for file in json.loads(listed.text)["value"]] == ["data.csv"]
    assert result(execute(session, {"code": "6 * 7"}, path="/executions")) == 42


def test_an_identifier_is_the_same_however_it_is_written(emulator):
    session = emulator.session(f"a~b:{uuid.uuid4()}")
    written = session.identifier
    encoded = written.replace("~", "%7E").replace(":", "%3A")
    everywhere = "".join(f"%{byte:02x}" for byte in written.encode())
    execute(session, {"code": "kept = 42"})
    for spelling in (written, encoded, everywhere):
        for query in (
            f"?identifier={spelling}&api-version={V2025_10}",
            f"?api-version={V2025_10}&identifier={spelling}",
        ):
            assert result(execute(session, {"code": "kept"}, query=query)) == 42
    properties = {"identifier": written, "pythonCode": "kept"}
    by_body = execute(
        session,
        {"properties": properties},
        path="python/execute",
        query=f"?api-version={V2024_02}",
    )
    assert json.loads(by_body.text)["result"] == 42
    session.end()


@pytest.mark.parametrize("path", ["", "/", "/mnt/data", "%2Fmnt%2Fdata"])
def test_the_directory_of_files_has_many_spellings(session, path):
    session.upload("data.csv", b"1")
    query = f"?identifier={session.identifier}&api-version={V2024_10}&path={path}"
    listed = exchange(session, "GET", "files", query=query)
    assert [file["name"] for file in json.loads(listed.text)["value"]] == ["data.csv"]
    content = exchange(session, "GET", "files/data.csv/content", query=query)
    assert content.content == b"1"


def test_a_slash_inside_a_name_may_be_encoded_or_not(session):
    code = "import os\nos.mkdir('/mnt/data/dir')\nopen('/mnt/data/dir/x.txt', 'w').write('in it')"
    execute(session, {"code": code})
    plain = exchange(session, "GET", "files/content/dir/x.txt", version=V2024_02)
    encoded = exchange(session, "GET", "files/dir%2Fx.txt/content")
    assert (plain.content, encoded.content) == (b"in it", b"in it")


def test_a_request_without_body_may_name_the_type_of_one(session):
    for version in (V2024_02, V2025_10):
        assert exchange(session, "GET", "files", JSON, version=version).status_code == 200


@pytest.mark.parametrize("path", ["files", "files/", "/files", "files/content/missing.csv/", ""])
def test_no_answer_is_a_redirect(session, path):
    for query in (None, ""):
        answer = exchange(session, "GET", path, query=query)
        assert not 300 <= answer.status_code < 400
        assert answer.headers["location"] is None


def test_the_wrapped_answer_has_every_member_as_a_text_and_its_own_words(session):
    for code, status, stdout, value in [
        ("None", "Success", "", ""),
        ("print('John')", "Success", "John\n", ""),
        ("1 / 0", "Failure", "", None),
    ]:
        properties = session.code_execute(code).json()["properties"]
        assert (properties["status"], properties["stdout"]) == (status, stdout)
        assert properties["result"] == value and isinstance(properties["stderr"], str)


def test_a_wrapped_body_is_refused_with_the_code_that_makes_clients_repeat_it_flat(session):
    flat = {"codeInputType": "inline", "executionType": "synchronous", "code": "6 * 7"}
    refused = execute(session, {"properties": flat})
    assert (refused.status_code, refused.headers["x-ms-error-code"]) == (
        400,
        "SessionPropertiesMissing",
    )
    assert json.loads(refused.text)["error"]["code"] == "SessionPropertiesMissing"
    assert result(execute(session, flat)) == 42


def test_an_endpoint_that_ends_with_an_operation_is_refused_by_name(session):
    body = {"properties": {"code": "6 * 7"}}
    answer = execute(session, body, path="python/execute/code/execute", version=V2024_02)
    assert answer.status_code in (400, 404)
    assert "remove `/python/execute` from its end" in answer.headers["x-emulator-reason"]


def rows(heading):
    """Returns number and second cell of the rows below a heading of CLIENTS.md."""
    text = CLIENTS.read_text().split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    return re.findall(r"^\| (?:quirk )?(\d+) \| (.*?) \|", text, re.MULTILINE)


def test_every_quirk_has_a_test_that_exists():
    named = dict(rows("9. Tests of the quirks"))
    assert list(named) == [number for number, _ in rows("2. Quirks")]
    for tests in named.values():
        for file, name in re.findall(r"`([\w/.-]+\.py)::(\w+)`", tests):
            assert f"def {name}(" in (ROOT / file).read_text(), f"{file}::{name}"
        assert "::" in tests
