"""Executions and sessions in the three dialects, byte by byte where CONTRACT.md states the bytes.

Section and row numbers are those of CONTRACT.md.
"""

import re

import pytest

from support.emulator import PYTHON, V2024_02, V2024_10, V2025_02, V2025_10
from support.wire import GUID, assert_headers_of_json, assert_refused, masked

FLAT = (V2024_10, V2025_02, V2025_10)
ALL = (PYTHON, V2024_02, *FLAT)


def execute(session, version, code):
    if version is PYTHON:
        return session.python_execute(code)
    if version == V2024_02:
        return session.code_execute(code)
    return session.executions(code, version)


def outcome(answer, version):
    """Returns status, stdout, stderr and value, wherever the dialect keeps them."""
    body = answer.json()
    if version is PYTHON:
        return body["status"], body["stdout"], body["stderr"], body["result"]
    if version == V2024_02:
        body = body["properties"]
        return body["status"], body["stdout"], body["stderr"], body["result"]
    result = body["result"]
    return body["status"], result["stdout"], result["stderr"], result["executionResult"]


EXECUTED = {
    PYTHON: (
        200,
        '{"$id":"1","status":"Success","stdout":"Hello world\\n","stderr":"","result":42,'
        '"executionTimeInMilliseconds":<int>}',
    ),
    V2024_02: (
        200,
        '{"$id":"1","properties":{"$id":"2","status":"Success","stdout":"Hello world\\n",'
        '"stderr":"","result":42,"executionTimeInMilliseconds":<int>}}',
    ),
    V2024_10: (
        202,
        '{"$id":"1","id":"<guid>","identifier":"<identifier>","executionType":"Synchronous",'
        '"status":"Succeeded","result":{"$id":"2","stdout":"Hello world\\n","stderr":"",'
        '"executionResult":42,"executionTimeInMilliseconds":<int>}}',
    ),
    V2025_02: (
        200,
        '{"id":"<guid>","identifier":"<identifier>","executionType":"Synchronous",'
        '"status":"Succeeded","result":{"stdout":"Hello world\\n","stderr":"",'
        '"executionResult":42,"executionTimeInMilliseconds":<int>}}',
    ),
}
EXECUTED[V2025_10] = EXECUTED[V2025_02]


@pytest.mark.parametrize("version", ALL)
def test_execute_answers_to_the_byte(session, version):
    answer = execute(session, version, "print('Hello world')\n6 * 7")
    assert (answer.status_code, masked(answer, session)) == EXECUTED[version]


@pytest.mark.parametrize("written", ["synchronous", "Synchronous", "SYNCHRONOUS"])
def test_the_execution_type_is_echoed_as_the_caller_wrote_it(session, written):
    answer = session.executions("1", executionType=written, codeInputType="inline")
    assert answer.json()["executionType"] == written


def test_only_code_is_required_and_unknown_members_are_ignored(session):
    answer = session.send("POST", "executions", json={"code": "1+1", "identifier": "x", "a": [{}]})
    assert answer.json()["result"]["executionResult"] == 2


def test_code_may_come_in_base64(session):
    answer = session.executions("NiAqIDc=", codeInputType="InlineBase64")
    assert answer.json()["result"]["executionResult"] == 42


# Section 7 and section 8 rows 9 to 13: the program, and its value before 2025-02-02, at 2025-02-02
# and at 2025-10-02.
VALUES = [
    ("print('x')", "", "", ""),
    ("x = 5", "", "", ""),
    ("6 * 7", 42, 42, 42),
    ("1.5", 1.5, 1.5, 1.5),
    ("'plain text'", "plain text", "'plain text'", "'plain text'"),
    ("'nan'", "nan", "'nan'", "'nan'"),
    ("float('nan')", "nan", "nan", "nan"),
    ("None", "", "", None),
    ("True", "True", "True", "True"),
    ("[1, 2, 3]", "[1, 2, 3]", "[1, 2, 3]", "[1, 2, 3]"),
    ("{'a': 1}", "{'a': 1}", "{'a': 1}", "{'a': 1}"),
    ("'größe 日本 😀'", "größe 日本 😀", "'größe 日本 😀'", "'größe 日本 😀'"),
]


@pytest.mark.parametrize("version", ALL)
@pytest.mark.parametrize("program,before,in_2025_02,in_2025_10", VALUES)
def test_the_last_expression_is_the_value(
    session, version, program, before, in_2025_02, in_2025_10
):
    expected = {V2025_02: in_2025_02, V2025_10: in_2025_10}.get(version, before)
    _, _, _, value = outcome(execute(session, version, program), version)
    assert (type(value), value) == (type(expected), expected)


@pytest.mark.parametrize("version", ALL)
def test_a_figure_is_an_image_value(session, version):
    program = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()"
    _, _, _, value = outcome(execute(session, version, program), version)
    assert list(value) == ["type", "format", "base64_data"]
    assert (value["type"], value["format"]) == ("image", "png")
    assert value["base64_data"].startswith("iVBORw0KGgo")


@pytest.mark.parametrize("version", ALL)
def test_a_failing_program_is_an_answer_and_not_an_http_error(session, version):
    answer = execute(session, version, "print('before')\n1/0")
    assert answer.status_code == EXECUTED[version][0]
    status, stdout, stderr, value = outcome(answer, version)
    assert status == ("Failed" if version in FLAT else "Failure")
    assert stdout == "before\n"
    assert stderr.startswith("division by zero")
    assert stderr.endswith("ZeroDivisionError: division by zero\n")
    assert "\x1b" not in stderr
    assert value == ("" if version is PYTHON else None)


def test_variables_and_files_are_the_sessions_whatever_the_dialect(session):
    session.python_execute("x = 100")
    session.code_execute("x += 50; open('/mnt/data/x.txt', 'w').write('kept')")
    assert session.executions("x").json()["result"]["executionResult"] == 150
    assert session.content("x.txt").content == b"kept"
    assert session.content("x.txt", PYTHON).content == b"kept"


def test_sessions_share_nothing(emulator):
    emulator.session().executions("x = 1; open('/mnt/data/x.txt', 'w').close()")
    other = emulator.session()
    assert other.executions("'x' in globals()").json()["result"]["executionResult"] == "False"
    assert other.list().json() == {"value": []}


MILLISECONDS = r"\d+(\.\d{1,4})?"
EXECUTE_HEADERS = {
    "x-ms-allocation-retries": r"\d+",
    "x-ms-allocation-time": MILLISECONDS,
    "x-ms-preparation-time": MILLISECONDS,
    "x-ms-overall-execution-time": MILLISECONDS,
    "x-ms-total-execution-service-time": MILLISECONDS,
    "x-ms-execution-read-response-time": MILLISECONDS,
    "x-ms-execution-request-time": r"\d+",
    "x-ms-container-execution-duration": r"\d+",
    "x-ms-session-guid": GUID,
}
SUPPORTED = {
    V2024_02: "2023-08-01-preview, 2024-02-02-preview",
    V2024_10: "2024-10-02-preview",
}


@pytest.mark.parametrize("version", ALL)
def test_a_synchronous_execution_has_the_headers_that_were_recorded(session, version):
    answer = execute(session, version, "1")
    assert_headers_of_json(answer)
    for name, shape in EXECUTE_HEADERS.items():
        assert re.fullmatch(shape, answer.headers[name]), (name, answer.headers[name])
    duration = re.search(r'"executionTimeInMilliseconds":(\d+)', answer.text)[1]
    assert answer.headers["x-ms-container-execution-duration"] == duration
    for absent in ("operation-location", "operation-id", "x-ms-error-code"):
        assert absent not in answer.headers


@pytest.mark.parametrize("version", SUPPORTED)
def test_a_route_names_the_versions_that_it_supports(session, version):
    assert session.list(version).headers["api-supported-versions"] == SUPPORTED[version]


def test_a_missing_version_is_the_oldest_of_the_path_and_an_unknown_one_the_newest(session):
    """No client is refused only because of its version: CLIENTS.md section 7 item 3."""
    assert session.send("GET", "files", None).text == '{"$id":"1","value":[]}'
    for unknown in ("2099-01-01", "latest"):
        assert session.send("GET", "files", unknown).text == '{"value":[]}'


def test_a_session_is_shown_listed_and_deleted(session):
    session.executions("x = 1")
    text = (
        '{"identifier":"<identifier>","createdAt":"<time>","lastAccessedAt":"<time>",'
        '"expireAt":"<time>","etag":"<etag>"}'
    )
    shown = session.send("GET", "session", V2025_02)
    assert (shown.status_code, masked(shown, session)) == (200, text)
    listed = session.send("GET", "listSessions", V2025_02)
    assert listed.json()["sessions"].count(shown.json()) == 1

    deleted = session.send("DELETE", "session", V2025_02)
    assert (deleted.status_code, deleted.content) == (204, b"")
    for method in ("GET", "DELETE"):
        gone = session.send(method, "session", V2025_02)
        assert_refused(gone, 400, "SessionWithIdentifierNotFound")
    fresh = session.executions("'x' in globals()").json()
    assert fresh["result"]["executionResult"] == "False"


def test_no_token_is_401_without_a_body(session):
    answer = session.send("GET", "files", headers={"Authorization": None})
    assert (answer.status_code, answer.content) == (401, b"")
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert re.fullmatch(GUID, answer.headers["mise-correlation-id"])
