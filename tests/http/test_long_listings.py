"""Listings with very many names are sent in pieces."""

import http.client
import json
from urllib.parse import urlsplit

import pytest

from support.emulator import HTTP_SECONDS, PYTHON, V2024_02, V2025_10, file_routes

NAMES = 60_000
LARGEST_CHUNK = 70_000


@pytest.fixture(scope="module")
def full_session(emulator):
    session = emulator.session()
    code = f"for n in range({NAMES}): open(f'/mnt/data/{{n:05}}', 'w').close()"
    assert session.executions(code).json()["status"] == "Succeeded"
    yield session
    session.end()


def chunks_of(answer):
    """Returns the chunks of a chunked body as they were framed, which no client library shows."""
    while size := int(answer.fp.readline(), 16):
        yield answer.fp.read(size)
        answer.fp.readline()


def list_in_chunks(session, version):
    url = urlsplit(session.endpoint)
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=HTTP_SECONDS)
    path = file_routes(version)["list"].partition(" ")[2]
    query = f"identifier={session.identifier}" + (f"&api-version={version}" if version else "")
    connection.request("GET", f"{url.path}/{path}?{query}", headers={"Authorization": "Bearer any"})
    answer = connection.getresponse()
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.headers["vary"] == "Accept-Encoding"
    pieces = list(chunks_of(answer))
    connection.close()
    return pieces


@pytest.mark.parametrize("version", [PYTHON, V2024_02, V2025_10])
def test_a_long_listing_comes_in_pieces_and_is_complete(full_session, version):
    pieces = list_in_chunks(full_session, version)
    assert max(map(len, pieces)) < LARGEST_CHUNK
    listing = json.loads(b"".join(pieces))
    entries = listing.get("value") or listing["$values"]
    names = [entry.get("properties", entry).get("filename") or entry["name"] for entry in entries]
    assert names == [f"{number:05}" for number in range(NAMES)]
    if version != V2025_10:
        last = entries[-1]
        assert last.get("properties", last)["$id"] == str(1 + NAMES * (2 if version else 1))


def test_a_short_listing_comes_in_one_piece(session):
    session.upload("a", b"x")
    assert len(list_in_chunks(session, V2025_10)) == 1


def test_a_client_that_leaves_in_the_middle_of_a_listing_harms_nothing(full_session):
    url = urlsplit(full_session.endpoint)
    for _ in range(20):
        connection = http.client.HTTPConnection(url.hostname, url.port, timeout=HTTP_SECONDS)
        query = f"identifier={full_session.identifier}&api-version={V2025_10}"
        headers = {"Authorization": "Bearer any"}
        connection.request("GET", f"{url.path}/files?{query}", headers=headers)
        connection.getresponse().read(1000)
        connection.close()
    assert full_session.executions("6 * 7").json()["result"]["executionResult"] == 42
