"""File operations in the three dialects, byte by byte where CONTRACT.md states the bytes."""

import pytest

from support.emulator import PYTHON, V2024_02, V2024_10, V2025_02, V2025_10, file_routes
from support.wire import (
    assert_headers_of_every_answer,
    assert_headers_of_json,
    assert_refused,
    masked,
)

FLAT = (V2024_10, V2025_02, V2025_10)
ALL = (PYTHON, V2024_02, *FLAT)

# The answers of upload, list and metadata for cert.txt of 7 bytes, and of the empty list.
_TYPED = '"type":"file","contentType":"text/plain; charset=utf-8",'
_END = '"sizeInBytes":7,"lastModifiedAt":"<time>"}'
_VALUES = (
    '{"$id":"1","$values":[{"$id":"2","filename":"cert.txt","size":7,'
    '"last_modified_time":"<time>"}]}'
)
_WRAPPED = (
    '{"$id":"1","value":[{"$id":"2","properties":{"$id":"3","filename":"cert.txt","size":7,'
    '"lastModifiedTime":"<time>"}}]}'
)
FILES = {
    PYTHON: (_VALUES, _VALUES, None, '{"$id":"1","$values":[]}'),
    V2024_02: (
        _WRAPPED,
        _WRAPPED,
        '{"$id":"1","properties":{"$id":"2","filename":"cert.txt","size":7,'
        '"lastModifiedTime":"<time>"}}',
        '{"$id":"1","value":[]}',
    ),
    V2024_10: (
        '{"$id":"1","name":"cert.txt",' + _TYPED + _END,
        '{"$id":"1","value":[{"$id":"2","name":"cert.txt",' + _TYPED + _END + "]}",
        '{"$id":"1","name":"cert.txt",' + _END,
        '{"$id":"1","value":[]}',
    ),
    V2025_02: (
        '{"name":"cert.txt",' + _TYPED + _END,
        '{"value":[{"name":"cert.txt",' + _TYPED + _END + "]}",
        '{"name":"cert.txt",' + _TYPED + _END,
        '{"value":[]}',
    ),
    V2025_10: (
        '{"name":"cert.txt","directory":".",' + _TYPED + _END,
        '{"value":[{"name":"cert.txt","directory":".",' + _TYPED + _END + "]}",
        '{"name":"cert.txt","directory":".",' + _TYPED + _END,
        '{"value":[]}',
    ),
}


@pytest.mark.parametrize("version", ALL)
def test_file_operations_answer_to_the_byte(session, version):
    uploaded, listed, described, empty = FILES[version]

    def assert_answer(answer, text):
        assert (answer.status_code, masked(answer, session)) == (200, text)

    assert_answer(session.list(version), empty)
    assert_answer(session.upload("cert.txt", b"testing", version), uploaded)
    assert_answer(session.list(version), listed)
    if described is not None:
        assert_answer(session.file("cert.txt", version), described)


@pytest.mark.parametrize("version", ALL)
def test_content_is_the_bytes_and_their_length(session, version):
    content = bytes(range(256)) * 100
    session.upload("a.bin", content, version)
    answer = session.content("a.bin", version)
    assert (answer.status_code, answer.content) == (200, content)
    assert_headers_of_every_answer(answer)
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-length"] == str(len(content))
    assert "content-disposition" not in answer.headers


@pytest.mark.parametrize("version", ALL)
def test_content_offers_neither_ranges_nor_validators_and_ignores_both(session, version):
    """The answer was recorded without these headers (CONTRACT.md sections 2.2 and 2.3); that they
    are ignored is a guess."""
    session.upload("a.txt", b"0123456789", version)
    for name, value in [("Range", "bytes=2-4"), ("Range", "bytes=99-"), ("If-None-Match", "*")]:
        method, path = file_routes(version)["content"].format(name="a.txt").split(" ")
        query = {"filename": "a.txt"} if version is PYTHON else {}
        answer = session.send(method, path, version, query, {name: value})
        assert (answer.status_code, answer.content) == (200, b"0123456789")
        offered = {"accept-ranges", "content-range", "etag", "last-modified"}
        assert not offered & {header.lower() for header in answer.headers}


@pytest.mark.parametrize("version", ALL)
def test_head_is_refused_as_a_wrong_method_is(session, version):
    """A guess: a wrong method was observed to be answered with 400, HEAD was never observed."""
    session.upload("a.txt", b"x", version)
    _, path = file_routes(version)["content"].format(name="a.txt").split(" ")
    query = {"filename": "a.txt"} if version is PYTHON else {}
    answer = session.send("HEAD", path, version, query)
    assert (answer.status_code, answer.content) == (400, b"")
    assert answer.headers["x-ms-error-code"] == "SessionRequestValidationFailed"


@pytest.mark.parametrize("version", [V2024_02, *FLAT])
def test_delete_answers_204_and_then_404(session, version):
    session.upload("a.txt", b"x", version)
    answer = session.delete("a.txt", version)
    assert (answer.status_code, answer.content) == (204, b"")
    assert_headers_of_every_answer(answer)
    assert_refused(session.delete("a.txt", version), 404, "DeleteFileError")


@pytest.mark.parametrize("version", ALL)
@pytest.mark.parametrize("sent", ["x.csv", "/mnt/data/x.csv", "größe 1.csv"])
def test_an_upload_is_stored_under_its_base_name(session, version, sent):
    session.upload(sent, b"a,b", version)
    name = sent.rpartition("/")[2]
    assert session.executions("import os; os.listdir('/mnt/data')").json()["result"][
        "executionResult"
    ] == repr([name])
    assert session.content(name, version).content == b"a,b"


def test_an_upload_replaces_the_file_of_its_name(session):
    session.upload("a.txt", b"the first and longer one")
    session.upload("a.txt", b"second")
    assert session.content("a.txt").content == b"second"
    assert [entry["sizeInBytes"] for entry in session.list().json()["value"]] == [6]


@pytest.mark.parametrize("path", [None, "", "/", "/mnt/data", "/mnt/data/"])
@pytest.mark.parametrize("version", FLAT)
def test_every_way_to_say_the_data_root_is_the_data_root(session, version, path):
    session.upload("a.txt", b"x", version, path=path)
    names = [entry["name"] for entry in session.list(version, path=path).json()["value"]]
    assert names == ["a.txt"]


def test_a_file_in_a_directory_is_reached_by_path_and_by_name(session):
    session.upload("x.txt", b"deep", path="a/b")
    for name, query in (("x.txt", {"path": "/mnt/data/a/b"}), ("a%2Fb%2Fx.txt", {})):
        assert session.content(name, **query).content == b"deep"
    assert session.content("a/b/x.txt", V2024_02).content == b"deep"
    listed = session.list(recursive="true").json()["value"]
    assert [(entry["directory"], entry["name"], entry["type"]) for entry in listed] == [
        (".", "a", "directory"),
        ("a", "b", "directory"),
        ("a/b", "x.txt", "file"),
    ]
    assert [entry["name"] for entry in session.list().json()["value"]] == ["a"]


@pytest.mark.parametrize("version", ALL)
def test_a_file_operation_has_no_header_of_an_execution(session, version):
    for answer in (session.upload("a.txt", b"x", version), session.list(version)):
        assert_headers_of_json(answer)
        assert not [name for name in answer.headers if name.lower().startswith("x-ms-")]
