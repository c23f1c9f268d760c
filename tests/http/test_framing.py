"""Requests whose end is ambiguous are refused, and the bytes that follow are never executed.

Each is sent with a second request directly behind it, on a session that shows whether it was
executed. A server that finds the end of the first request elsewhere than intended would run the
second.
"""

import contextlib
import json
import re
import socket
from urllib.parse import urlsplit

import pytest

from support.emulator import HTTP_SECONDS, V2025_10

CRLF = "\r\n"


class Wire:
    """Sends bytes to the shared server and reads the answers until the connection closes."""

    def __init__(self, session):
        self.session = session
        self.base = urlsplit(session.endpoint)
        query = f"?api-version={V2025_10}&identifier={session.identifier}"
        self.target = f"{self.base.path}/executions{query}"
        self.host = f"Host: {self.base.netloc}"

    def head(self, *fields, version="HTTP/1.1", target=None):
        lines = [f"POST {target or self.target} {version}"]
        lines += ["Authorization: Bearer test-token", "Content-Type: application/json", *fields]
        return CRLF.join([*lines, "", ""]).encode()

    def execution(self, name):
        """Returns an unambiguous request that leaves a file of this name."""
        body = json.dumps({"code": f"open('/mnt/data/{name}', 'w').close()"}).encode()
        return self.head(self.host, f"Content-Length: {len(body)}") + body

    def statuses_of(self, *pieces):
        """Returns the statuses of the answers to these bytes. The server can stop reading once it
        has answered."""
        address = (self.base.hostname, self.base.port)
        received = b""
        with contextlib.closing(socket.create_connection(address, HTTP_SECONDS)) as connection:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                for piece in pieces:
                    connection.sendall(piece)
                connection.shutdown(socket.SHUT_WR)
            with contextlib.suppress(ConnectionResetError):
                while piece := connection.recv(1 << 16):
                    received += piece
        return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", received)]

    def files(self):
        return sorted(entry["name"] for entry in self.session.list().json()["value"])


@pytest.fixture
def wire(session):
    return Wire(session)


CODE = json.dumps({"code": "open('/mnt/data/first', 'w').close()"})
CHUNKED = f"{len(CODE):x}{CRLF}{CODE}{CRLF}0{CRLF}{CRLF}"
LENGTH = f"Content-Length: {len(CODE)}"
TRANSFER = "Transfer-Encoding: "

# The case: fields besides Host, body. Beast accepts the first group and refuses the second itself.
DISPUTED = [
    ("gzip and a length", [TRANSFER + "gzip", LENGTH], CODE),
    ("gzip", [TRANSFER + "gzip"], CODE),
    ("something like chunked", [TRANSFER + "xchunked"], CHUNKED),
    ("gzip after chunked", [TRANSFER + "chunked, gzip"], CHUNKED),
    ("gzip before chunked", [TRANSFER + "gzip, chunked"], CHUNKED),
    ("identity", [TRANSFER + "identity"], CODE),
    ("chunked twice", [TRANSFER + "chunked", TRANSFER + "chunked"], CHUNKED),
    ("equal lengths twice", [LENGTH, LENGTH], CODE),
    ("a list of equal lengths", [f"{LENGTH}, {len(CODE)}"], CODE),
    ("a folded field", [LENGTH, "X-Folded: a\r\n b"], CODE),
    ("a folded transfer encoding", ["Transfer-Encoding:\r\n\tchunked"], CHUNKED),
    ("a second host", [LENGTH, "Host: localhost"], CODE),
    ("chunked and a length", [TRANSFER + "chunked", LENGTH], CHUNKED),
    ("a length and chunked", [LENGTH, TRANSFER + "chunked"], CHUNKED),
    ("different lengths", [LENGTH, "Content-Length: 1"], CODE),
    ("a signed length", [f"Content-Length: +{len(CODE)}"], CODE),
    ("a negative length", ["Content-Length: -1"], CODE),
    ("a length beyond 64 bits", ["Content-Length: 18446744073709551617"], CODE),
    ("a blank before the colon", [f"Content-Length : {len(CODE)}"], CODE),
    ("a line that ends without CR", [f"X-Bare: a\n{LENGTH}"], CODE),
    ("a NUL in a value", [LENGTH, "X-Nul: a\0b"], CODE),
]


@pytest.mark.attack(63)
@pytest.mark.parametrize("what,fields,body", DISPUTED, ids=[row[0] for row in DISPUTED])
def test_a_disputed_end_is_refused_and_ends_the_connection(wire, what, fields, body):
    first = wire.head(wire.host, *fields) + body.encode()
    assert wire.statuses_of(first, wire.execution("second")) == [400]
    assert wire.files() == []


@pytest.mark.attack(63)
def test_chunks_in_http_1_0_are_refused(wire):
    first = wire.head(wire.host, TRANSFER + "chunked", version="HTTP/1.0") + CHUNKED.encode()
    assert wire.statuses_of(first, wire.execution("second")) == [400]
    assert wire.files() == []


@pytest.mark.attack(63)
def test_a_request_without_host_is_refused(wire):
    first = wire.head(LENGTH) + CODE.encode()
    assert wire.statuses_of(first, wire.execution("second")) == [400]
    assert wire.files() == []


@pytest.mark.parametrize("host", ["localhost", "evil.example"])
def test_a_request_line_with_another_host_than_host_is_refused(wire, host):
    first = wire.head(wire.host, LENGTH, target=f"http://{host}{wire.target}") + CODE.encode()
    assert wire.statuses_of(first, wire.execution("second")) == [400]
    assert wire.files() == []


@pytest.mark.parametrize("version", ["HTTP/1.2", "HTTP/2.0", "HTTP/0.9"])
def test_another_version_is_refused(wire, version):
    first = wire.head(wire.host, LENGTH, version=version) + CODE.encode()
    assert wire.statuses_of(first, wire.execution("second")) == [400]
    assert wire.files() == []


LONG = [
    ("a chunk extension of 100 KB", CHUNKED.replace(CRLF, f";{'x' * 100_000}{CRLF}", 1)),
    ("trailers of 100 KB", CHUNKED[: -len(CRLF)] + f"X-Trailer: {'x' * 1000}{CRLF}" * 100 + CRLF),
    ("a chunk size of 17 digits", f"1{'0' * 16}{CRLF}{CODE}{CRLF}0{CRLF}{CRLF}"),
    ("a chunk size that is none", f"x{CRLF}{CODE}{CRLF}0{CRLF}{CRLF}"),
    ("a chunk longer than its size", f"1{CRLF}{CODE}{CRLF}0{CRLF}{CRLF}"),
]


@pytest.mark.parametrize("what,body", LONG, ids=[row[0] for row in LONG])
def test_a_body_that_breaks_its_framing_is_refused_and_nothing_executed(wire, what, body):
    first = wire.head(wire.host, TRANSFER + "chunked") + body.encode()
    assert wire.statuses_of(first, wire.execution("second")) == [400]
    assert wire.files() == []


def test_trailers_over_the_limit_are_refused(wire):
    """The answer can be lost, because the server stops reading after a limit, and closes."""
    trailers = (f"X-Trailer: {'x' * 1000}{CRLF}".encode() for _ in range(1300))
    first = wire.head(wire.host, TRANSFER + "chunked") + CHUNKED[: -len(CRLF)].encode()
    statuses = wire.statuses_of(first, *trailers, CRLF.encode(), wire.execution("second"))
    assert statuses in ([], [400])
    assert wire.files() == []


ACCEPTED = [
    ("a length", [LENGTH], CODE),
    ("chunks", [TRANSFER + "chunked"], CHUNKED),
    ("chunks, shouted", ["TRANSFER-ENCODING: CHUNKED"], CHUNKED),
]


@pytest.mark.attack(63)
@pytest.mark.parametrize("what,fields,body", ACCEPTED, ids=[row[0] for row in ACCEPTED])
def test_two_requests_beyond_dispute_are_both_executed(wire, what, fields, body):
    """A control: without this one the other tests would prove nothing."""
    first = wire.head(wire.host, *fields) + body.encode()
    assert wire.statuses_of(first, wire.execution("second")) == [200, 200]
    assert wire.files() == ["first", "second"]


def test_a_request_line_with_the_host_of_host_is_executed(wire):
    target = f"http://{wire.base.netloc}{wire.target}"
    first = wire.head(wire.host, LENGTH, target=target) + CODE.encode()
    assert wire.statuses_of(first, wire.execution("second")) == [200, 200]
    assert wire.files() == ["first", "second"]


def test_a_server_that_refused_much_still_serves(wire):
    for _ in range(50):
        assert wire.statuses_of(wire.head(wire.host, TRANSFER + "xchunked")) == [400]
    assert wire.session.executions("6 * 7").json()["result"]["executionResult"] == 42
