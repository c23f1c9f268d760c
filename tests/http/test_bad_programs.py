"""Clients that close their connection early, and programs that break their interpreter.

A failed program is an answer (CONTRACT.md section 0, fact 2); its session continues.
"""

import json
import socket
from urllib.parse import urlsplit

import pytest

from support.exact_http import Exact
from support.waiting import wait_until
from support.wire import assert_refused

pytestmark = pytest.mark.usefixtures("still_serving")

SMALL_QUOTA_BYTES = 8 << 20  # the quota of `small_server`


@pytest.fixture
def session(small_server):
    fresh = small_server.session()
    yield fresh
    fresh.end()


@pytest.mark.attack(62)
def test_a_request_that_is_cut_off_half_way_changes_nothing(session):
    exact = Exact(session)
    part = b'--edge\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nhalf'
    for path, kind, sent in (
        ("executions", "application/json", b"{\"code\": \"open('/mnt/data/ran', 'w')"),
        ("files", "multipart/form-data; boundary=edge", part),
    ):
        declared = [f"Content-Type: {kind}", "Content-Length: 1000"]
        exact.open("POST", path, declared, sent).close()
    assert session.list().json() == {"value": []}


def test_a_head_that_is_cut_off_half_way_is_forgotten(small_server):
    address = urlsplit(small_server.http)
    with socket.create_connection((address.hostname, address.port)) as connection:
        connection.sendall(b"POST /executions?api-ver")


@pytest.mark.attack(62)
def test_a_client_that_leaves_in_mid_execution_does_not_take_the_session_with_it(session):
    code = "open('/mnt/data/started', 'w').close()\nimport time\ntime.sleep(1)\nx = 1"
    body = json.dumps({"code": code}).encode()
    declared = ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    connection = Exact(session).open("POST", "executions", declared, body)
    wait_until(lambda: session.list().json()["value"], "the execution never began")
    connection.close()
    assert session.executions("6 * 7").json()["result"]["executionResult"] == 42


def test_sys_exit_is_an_exception_like_others_and_the_interpreter_stays(session):
    session.executions("x = 1")
    session.executions("import sys; sys.exit(3)")
    assert session.executions("x").json()["result"]["executionResult"] == 1


FORKS = """
import os, signal
count = 0
try:
    while count < 5000:
        if os.fork() == 0:
            signal.pause()
        count += 1
except BlockingIOError:
    pass
count < 5000
"""


def test_a_fork_bomb_ends_at_the_sessions_limit(session):
    body = session.executions(FORKS, timeoutInSeconds=60).json()
    assert body["result"]["executionResult"] == "True", body


# One file of the quota's size could reach the limit of a single file first, so there are many.
FILLS = """
import errno, itertools
try:
    for number in itertools.count():
        with open(f'/mnt/data/full{number}', 'wb', buffering=0) as file:
            file.write(b'x' * (1 << 20))
            written = number + 1
except OSError as error:
    print(errno.errorcode[error.errno], end='')
written << 20
"""


def test_a_program_that_fills_the_disk_meets_its_quota(session):
    result = session.executions(FILLS).json()["result"]
    assert result["stdout"] == "ENOSPC"
    assert 0 < result["executionResult"] <= SMALL_QUOTA_BYTES
    assert_refused(session.upload("more.txt", b"x" * (1 << 20)), {400, 413, 507})
    assert session.delete("full0").status_code == 204
    assert session.upload("more.txt", b"x" * 65536).status_code == 200
