"""Cases 62 to 69 as far as they concern a server of each tier; tests/http has the others."""

import contextlib
import json
import os
import re
import resource
import signal
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from support.emulator import HTTP_SECONDS, V2025_10
from support.exact_http import Exact, answer_on
from support.executions import value_in
from support.waiting import wait_until
from support.wire import assert_refused

attack = pytest.mark.attack
JSON = "Content-Type: application/json"
MEMORY_ROOM = 64 << 20


def memory(server):
    status = Path(f"/proc/{server.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) << 10


@attack(62)
def test_clients_that_are_slow_or_do_not_read_are_let_go(catch2):
    """The server's deadlines close the connections; this C++ test makes them short."""
    catch2("unit/net/net_test", "[limits],[connection]")


@attack(62)
def test_a_client_that_never_reads_delays_no_other(session, other_session):
    value_in("synchronous", session, "open('/mnt/data/large', 'wb').write(bytes(6 << 20))")
    with contextlib.ExitStack() as idle:
        for _ in range(20):
            connection = Exact(session).open("GET", "files/large/content", [])
            idle.callback(connection.close)
        assert value_in("synchronous", other_session, "6 * 7") == 42
        assert value_in("synchronous", session, "6 * 7") == 42


@attack(62)
def test_requests_sent_at_once_are_answered_in_turn(session):
    """The requests are sent on one connection, by a client that closes its sending side."""
    body = json.dumps({"code": "6 * 7"}).encode()
    connection = Exact(session).open(
        "POST", "executions", [JSON, f"Content-Length: {len(body)}"], body
    )
    with contextlib.closing(connection):
        connection.shutdown(socket.SHUT_WR)
        assert json.loads(answer_on(connection).content)["result"]["executionResult"] == 42


OVERSIZED = {
    "a head of 1 MB": (431, b"X-Large: " + b"x" * (1 << 20) + b"\r\n", b""),
    "100,000 fields": (431, b"X: y\r\n" * 100_000, b""),
    "201 fields": (400, b"X: y\r\n" * 201, b""),
    "1 MB of trailers": (
        400,
        b"Transfer-Encoding: chunked\r\n",
        b"1\r\n{\r\n0\r\n" + b"X-Trailer: value\r\n" * 60_000 + b"\r\n",
    ),
    "an extension of 500 KB": (
        400,
        b"Transfer-Encoding: chunked\r\n",
        b"1;x=" + b"y" * 500_000 + b"\r\n{\r\n0\r\n\r\n",
    ),
    "a body one byte too long": (413, b"Content-Length: %d\r\n" % ((10 << 20) + 1), b""),
}


def send_raw(session, fields, body):
    """Returns the status of the answer; the server can stop reading once it has answered."""
    base = urlsplit(session.endpoint)
    query = f"?api-version={V2025_10}&identifier={session.identifier}"
    head = f"POST {base.path}/executions{query} HTTP/1.1\r\nHost: {base.netloc}\r\n"
    head += f"Authorization: Bearer x\r\n{JSON}\r\n"
    received, address = b"", (base.hostname, base.port)
    with contextlib.closing(socket.create_connection(address, HTTP_SECONDS)) as connection:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(head.encode() + fields + b"\r\n" + body)
        with contextlib.suppress(ConnectionResetError):
            while not re.match(rb"HTTP/1.1 \d{3} ", received):
                piece = connection.recv(1 << 16)
                if not piece:
                    break
                received += piece
    return int(received.split()[1]) if received else None


@attack(64)
@pytest.mark.parametrize("status, fields, body", OVERSIZED.values(), ids=OVERSIZED)
def test_what_is_too_large_is_refused_in_flat_memory(session, server, status, fields, body):
    before = memory(server)
    assert send_raw(session, fields, body) in {status, 400, 413, 431}
    assert memory(server) - before < MEMORY_ROOM


@attack(64)
def test_a_body_of_the_largest_size_is_accepted(session):
    body = b'{"code": "6 * 7", "x": "' + b"y" * ((10 << 20) - 26) + b'"}'
    assert len(body) == 10 << 20
    assert send_raw(session, b"Content-Length: %d\r\n" % len(body), body) == 200
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    assert send_raw(session, b"Transfer-Encoding: chunked\r\n", chunked) == 200
    too_long = b"%x\r\n%s \r\n0\r\n\r\n" % (len(body) + 1, body)
    assert send_raw(session, b"Transfer-Encoding: chunked\r\n", too_long) == 413


ODD_JSON = {
    "100,000 arrays": b'{"code": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "code twice, the second no text": b'{"code": "1", "code": 1}',
    "a number of a thousand digits": b'{"code": "1", "timeoutInSeconds": ' + b"9" * 1000 + b"}",
    "a number beyond all": b'{"code": "1", "timeoutInSeconds": 1e999}',
    "not a number": b'{"code": "1", "timeoutInSeconds": NaN}',
    "a NUL after the end": b'{"code": "1"}\0',
    "another behind a NUL": b'{"code": "1"}\0{"code": 2}',
    "a byte order mark in the middle": b'{"code": \xef\xbb\xbf"1"}',
    "half a surrogate": b'{"code": "\\ud83d"}',
}


@attack(66)
@pytest.mark.parametrize("body", ODD_JSON.values(), ids=ODD_JSON)
def test_odd_json_is_refused_in_the_shape_of_the_api(session, body):
    refused = session.send(
        "POST", "executions", data=body, headers={"Content-Type": "application/json"}
    )
    assert_refused(refused, 400)


@attack(65)
@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Authorization": ""},
        {"Content-Type": "text/plain", "Origin": "https://evil.example"},
    ],
    ids=["host", "origin", "no origin", "no token", "form"],
)
def test_a_page_of_the_web_executes_nothing(session, headers):
    code = {"code": "open('/mnt/data/proof', 'w').close()"}
    refused = session.send("POST", "executions", data=json.dumps(code), headers=headers)
    assert refused.status_code in {401, 403, 421}
    assert session.list().json() == {"value": []}
    assert session.send("POST", "executions", json=code).status_code == 200
    assert [entry["name"] for entry in session.list().json()["value"]] == ["proof"]


@attack(67)
def test_connections_without_end_leave_a_session_to_those_who_have_one(start_server):
    """There are more connections than the server has descriptors."""
    server = start_server("--ready-sessions", "0", before=("prlimit", "--nofile=256:256"))
    session = server.session()
    kept = requests.Session()
    ask = {
        "url": f"{server.endpoint}/executions",
        "params": {"identifier": session.identifier, "api-version": V2025_10},
        "headers": {"Authorization": "Bearer x"},
        "json": {"code": "6 * 7"},
        "timeout": HTTP_SECONDS,
    }
    assert kept.post(**ask).json()["result"]["executionResult"] == 42
    address = urlsplit(server.http)
    _allow_many_descriptors()
    with contextlib.ExitStack() as opened:
        flood = [
            opened.enter_context(
                socket.create_connection((address.hostname, address.port), HTTP_SECONDS)
            )
            for _ in range(400)
        ]
        # The connection that has waited longest is closed to make room.
        wait_until(lambda: _is_closed(flood[0]), "no limit was reached")
        assert len(os.listdir(f"/proc/{server.pid}/fd")) < 250
        assert kept.post(**ask).json()["result"]["executionResult"] == 42
        # It can still be closing connections for a while.
        wait_until(lambda: processor_seconds(server.pid, over=0.5) < 0.4, "it is in a busy loop")
    assert value_in("synchronous", session, "6 * 7") == 42
    kept.close()


def _is_closed(connection):
    """Returns whether the server has closed this connection, on which it has sent nothing."""
    connection.setblocking(False)
    try:
        return connection.recv(1) == b""
    except BlockingIOError:
        return False


def _allow_many_descriptors():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(max(soft, 2048), hard), hard))


def processor_seconds(pid, over):
    def used():
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    before = used()
    time.sleep(over)
    return used() - before


@attack(68)
def test_a_storm_of_new_sessions_stays_within_the_maximum(start_server):
    server = start_server("--max-sessions", "20", "--ready-sessions", "0")
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: server.session().executions("6 * 7"), range(300)))
    statuses = [answer.status_code for answer in answers]
    assert set(statuses) == {200, 404}
    assert statuses.count(200) == 20
    for answer in answers:
        if answer.status_code == 404:
            assert_refused(answer, 404)
    server.stop()  # asserts that no process and no mount is left
    assert server.temporary_files() == []


@attack(68)
def test_a_place_that_is_given_back_is_had_by_the_next(start_server):
    server = start_server("--max-sessions", "1")
    for _ in range(20):
        session = server.session()
        assert value_in("synchronous", session, "6 * 7") == 42
        session.end()


def answers_of_three_who_work(server, code):
    """Returns a list that is complete when each of three sessions has its answer or lost its
    connection."""
    answers, threads = [], []

    def work(session):
        try:
            answers.append(session.executions(f"open('/mnt/data/begun', 'w').close()\n{code}"))
        except requests.ConnectionError:
            answers.append(None)

    for session in [server.session() for _ in range(3)]:
        threads.append(threading.Thread(target=work, args=(session,)))
        threads[-1].start()
        wait_until(lambda: session.file("begun").status_code == 200, "it never began")
    return answers, threads


@attack(69)
def test_a_stop_under_load_lets_programs_finish_and_leaves_nothing(start_server):
    server = start_server()
    answers, threads = answers_of_three_who_work(server, "import time; time.sleep(1); 'finished'")
    server.stop()  # asserts its exit code, that no process and no mount is left
    for thread in threads:
        thread.join(HTTP_SECONDS)
    results = [answer.json()["result"]["executionResult"] for answer in answers]
    assert results == ["'finished'"] * 3
    assert server.temporary_files() == []


@attack(69)
def test_a_second_signal_ends_it_at_once_and_the_next_start_is_clean(start_server):
    server = start_server("--drain-period", "3600")
    answers, threads = answers_of_three_who_work(server, "while True: pass")
    os.kill(server.pid, signal.SIGTERM)
    address = urlsplit(server.http)
    wait_until(lambda: not accepts(address), "it never stopped accepting")
    server.stop(expected_code=-signal.SIGTERM)
    for thread in threads:
        thread.join(HTTP_SECONDS)
    assert answers == [None] * 3
    assert value_in("synchronous", start_server().session(), "6 * 7") == 42


def accepts(address):
    try:
        socket.create_connection((address.hostname, address.port), HTTP_SECONDS).close()
    except ConnectionError:
        return False
    return True
