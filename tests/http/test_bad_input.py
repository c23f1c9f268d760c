"""Input that breaks a rule is answered as the contract states, or with an error in its envelope."""

import contextlib

import pytest

from support.emulator import PYTHON, V2024_02, V2024_10, V2025_02, V2025_10
from support.exact_http import Exact, answer_on
from support.wire import assert_refused

pytestmark = pytest.mark.usefixtures("still_serving")

SMALL_QUOTA_BYTES = 8 << 20  # the quota of `small_server`
INVALID = "SessionRequestValidationFailed"
MISSING = "SessionPropertiesMissing"
WRONG_BODY = {INVALID, MISSING}


@pytest.fixture
def session(small_server):
    fresh = small_server.session()
    yield fresh
    fresh.end()


IDENTIFIERS = [
    ("none", V2025_10, None),
    ("empty", V2025_10, ""),
    ("three characters, too few from 2025-10-02 on", V2025_10, "abc"),
    ("129 characters, too many from 2025-10-02 on", V2025_10, "a" * 129),
    ("257 characters, too many before", V2024_10, "a" * 257),
    ("a space", V2025_10, "with space"),
    ("a control character", V2025_10, "line\nbreak"),
    ("a NUL", V2025_10, "nul\0here"),
    ("letters beyond ASCII", V2025_10, "größe"),
]


@pytest.mark.parametrize(
    "what,version,identifier", IDENTIFIERS, ids=[row[0] for row in IDENTIFIERS]
)
def test_a_missing_or_malformed_identifier_is_refused(session, what, version, identifier):
    query = {"identifier": identifier}
    for method, path in (("GET", "files"), ("POST", "executions")):
        body = {"code": "1"} if method == "POST" else None
        answer = session.send(method, path, version, query=query, json=body)
        assert_refused(answer, 400, INVALID)


def test_a_missing_identifier_is_named(session):
    answer = session.send("GET", "files", query={"identifier": None})
    assert_refused(answer, 400, INVALID, target="identifier")


WRONG_ROUTES = [
    ("GET", "nothing/here"),
    ("GET", "files/a/b/c/metadata/x"),
    ("POST", "code"),
    ("GET", "executions"),
    ("PUT", "executions"),
    ("DELETE", "executions"),
    ("PATCH", "files"),
    ("PUT", "files/a.txt"),
    ("POST", "session"),
    ("OPTIONS", "files"),
]


@pytest.mark.parametrize("method,path", WRONG_ROUTES)
def test_an_unknown_route_or_a_wrong_method_is_refused(session, method, path):
    assert_refused(session.send(method, path), {400, 404, 405})


BODIES = [
    ("nothing", b"", WRONG_BODY),
    ("no JSON", b"code=1", WRONG_BODY),
    ("half of it", b'{"code": "1', WRONG_BODY),
    ("two of them", b'{"code": "1"}{"code": "2"}', WRONG_BODY),
    ("not UTF-8", b'{"code": "\xff"}', WRONG_BODY),
    ("a lone surrogate", b'{"code": "\\ud800"}', WRONG_BODY),
    ("an array", b"[]", WRONG_BODY),
    ("a text", b'"print(1)"', WRONG_BODY),
    ("null", b"null", WRONG_BODY),
    ("no code", b"{}", MISSING),
    ("code that is null", b'{"code": null}', WRONG_BODY),
    ("code that is a number", b'{"code": 1}', WRONG_BODY),
    ("code that is a list", b'{"code": ["1"]}', WRONG_BODY),
    ("the wrapper of older versions", b'{"properties": {"code": "1"}}', MISSING),
    ("a time-out that is a text", b'{"code": "1", "timeoutInSeconds": "1"}', INVALID),
    ("a time-out of nothing", b'{"code": "1", "timeoutInSeconds": 0}', INVALID),
    ("a negative time-out", b'{"code": "1", "timeoutInSeconds": -1}', INVALID),
    ("an unknown execution type", b'{"code": "1", "executionType": "later"}', INVALID),
    ("an unknown input type", b'{"code": "1", "codeInputType": "fax"}', INVALID),
    ("base64 that is none", b'{"code": "?", "codeInputType": "InlineBase64"}', WRONG_BODY),
    ("100,000 arrays in each other", b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", WRONG_BODY),
    ("100,000 arrays that never end", b"[" * 100_000, WRONG_BODY),
]


@pytest.mark.attack(66)
@pytest.mark.parametrize("what,body,code", BODIES, ids=[row[0] for row in BODIES])
def test_a_body_that_is_no_execution_is_refused(session, what, body, code):
    json_type = {"Content-Type": "application/json"}
    answer = session.send("POST", "executions", data=body, headers=json_type)
    assert_refused(answer, 400, code)


@pytest.mark.parametrize("version,path", [(PYTHON, "python/execute"), (V2024_02, "code/execute")])
@pytest.mark.parametrize("body", [{}, {"properties": {}}, {"properties": []}, {"properties": None}])
def test_an_older_execution_without_code_is_refused(session, version, path, body):
    assert_refused(session.send("POST", path, version, json=body), 400, WRONG_BODY)


def test_a_flat_body_is_refused_where_the_wrapper_is_needed(session):
    answer = session.send("POST", "code/execute", V2024_02, json={"code": "1"})
    assert_refused(answer, 400, MISSING)


@pytest.mark.attack(64)
@pytest.mark.parametrize("path", ["executions", "files"])
def test_a_body_that_is_declared_too_large_is_refused_unread(session, path):
    declared = ["Content-Type: application/json", f"Content-Length: {1 << 30}"]
    with contextlib.closing(Exact(session).open("POST", path, declared)) as connection:
        assert_refused(answer_on(connection), 413)


@pytest.mark.attack(64)
def test_an_execution_that_grows_too_large_in_chunks_is_refused(session):
    headers = ["Content-Type: application/json", "Transfer-Encoding: chunked"]
    chunk = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
    with contextlib.closing(Exact(session).open("POST", "executions", headers)) as connection:
        # The server can stop reading as soon as it has answered.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            for _ in range(256):
                connection.sendall(chunk)
            connection.sendall(b"0\r\n\r\n")
        with contextlib.suppress(ConnectionResetError):
            assert_refused(answer_on(connection), 413)


@pytest.mark.parametrize("version", [PYTHON, V2024_02, V2024_10, V2025_02, V2025_10])
def test_the_content_of_a_missing_file_is_404(session, version):
    assert_refused(session.content("missing.txt", version), 404)


@pytest.mark.parametrize("version", [V2024_02, V2024_10, V2025_02, V2025_10])
def test_a_missing_file_is_404(session, version):
    assert_refused(session.file("missing.txt", version), 404)
    assert_refused(session.delete("missing.txt", version), 404, "DeleteFileError")


BAD_NAMES = [
    "%2e%2e%2fetc%2fpasswd",
    "..%2F..%2Fetc%2Fpasswd",
    "a%2F..%2F..%2Fb",
    "%2e%2e",
    "a%00.txt",
    "%00",
    "%ff.txt",
    "%c0%ae%c0%ae%2fx",
    "n" * 256,
    "bad%zzescape",
]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_name_that_breaks_a_rule_is_refused_by_every_operation(session, name):
    exact = Exact(session)
    for method, path in (
        ("GET", f"files/{name}"),
        ("GET", f"files/{name}/content"),
        ("DELETE", f"files/{name}"),
    ):
        answer = exact.send(method, path)
        assert_refused(answer, 400)
        assert "root:" not in answer.text


@pytest.mark.parametrize("path", ["..", "a/../b", "/mnt/data/../etc", "/mnt/data/..", "a\0b"])
def test_a_directory_that_breaks_a_rule_is_refused(session, path):
    assert_refused(session.list(path=path), 400, INVALID)
    assert_refused(session.upload("a.txt", b"x", path=path), 400, INVALID)


@pytest.mark.parametrize("filename", ["..", ".", "", "a\\..\\..\\b\0", "n" * 256])
def test_an_upload_under_a_name_that_breaks_a_rule_is_refused(session, filename):
    assert_refused(send_part(session, filename.encode()), 400)
    assert session.list().json() == {"value": []}


def send_part(session, filename):
    """Sends a multipart body made by hand, for names that a client library would not send."""
    body = (
        b'--edge\r\nContent-Disposition: form-data; name="file"; filename="'
        + filename.replace(b"\\", b"\\\\")
        + b'"\r\n\r\ntesting\r\n--edge--\r\n'
    )
    headers = {"Content-Type": "multipart/form-data; boundary=edge"}
    return session.send("POST", "files", data=body, headers=headers)


def test_a_link_is_no_way_out_for_any_operation(session):
    session.executions(
        "import os\n"
        "os.symlink('/etc/passwd', '/mnt/data/link')\n"
        "os.symlink('/', '/mnt/data/root')\n"
        "os.symlink('/proc/self/fd/0', '/mnt/data/magic')\n"
        "os.mkfifo('/mnt/data/pipe')"
    )
    for name in ("link", "root%2Fetc%2Fpasswd", "root", "magic", "pipe"):
        for answer in (session.content(name), session.file(name)):
            assert_refused(answer, {400, 404})
            assert "root:" not in answer.text
    assert_refused(session.upload("x", b"x", path="root/tmp"), {400, 404})
    assert session.list(recursive="true").json() == {"value": []}
    assert session.upload("link", b"mine").status_code == 200
    assert session.content("link").content == b"mine"


MULTIPARTS = [
    ("nothing", b"", "multipart/form-data; boundary=edge"),
    ("no part", b"--edge--\r\n", "multipart/form-data; boundary=edge"),
    (
        "a field but no file",
        b'--edge\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--edge--\r\n',
        "multipart/form-data; boundary=edge",
    ),
    (
        "no end",
        b'--edge\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nhalf',
        "multipart/form-data; boundary=edge",
    ),
    ("another boundary", b"--other\r\n\r\n\r\n--other--\r\n", "multipart/form-data; boundary=edge"),
    ("no multipart at all", b"testing", "text/plain"),
    ("JSON", b'{"file": "testing"}', "application/json"),
]


@pytest.mark.parametrize("what,body,kind", MULTIPARTS, ids=[row[0] for row in MULTIPARTS])
def test_an_upload_without_a_whole_file_is_refused_and_leaves_nothing(session, what, body, kind):
    answer = session.send("POST", "files", data=body, headers={"Content-Type": kind})
    assert_refused(answer, {400, 415})
    assert answer.headers["x-emulator-reason"]
    assert session.list().json() == {"value": []}


def test_an_upload_over_the_quota_is_refused_and_leaves_nothing(session):
    too_much = b"x" * (SMALL_QUOTA_BYTES + 1)
    assert_refused(session.upload("big.bin", too_much), {400, 413, 507})
    assert session.list().json() == {"value": []}
    assert session.upload("small.bin", b"x").status_code == 200
