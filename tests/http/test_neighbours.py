"""The memory that one session's output, result and frames, or a client that does not read, cost the
server."""

import concurrent.futures
import contextlib
import json
import re
from pathlib import Path

import pytest

from support.emulator import BINARY, HTTP_SECONDS, V2025_02
from support.exact_http import Exact, answer_on
from support.sanitizers import memory_room
from support.waiting import wait_until

MEBIBYTE = 1 << 20
OWN_CAP = 16 * MEBIBYTE  # bytes per stream
# Far below the output that each of these tests makes sessions produce: 300 MiB and more.
MEMORY_ROOM = memory_room(100 * MEBIBYTE, BINARY)

FLOOD = """
import os
for _ in range(16):
    for fd in (1, 2): os.write(fd, b'x' * (1 << 20))
"""
NULS = FLOOD.replace("b'x'", "bytes(1)")  # each becomes six characters of JSON
LARGE_VALUE = "'x' * 15_500_000"  # sent twice: with quotes and without


def status(server, field):
    text = Path(f"/proc/{server.pid}/status").read_text()
    return int(re.search(rf"^{field}:\s+(\d+) kB", text, re.M)[1]) << 10


@pytest.fixture
def fresh_server(emulator_factory):
    """A server whose memory only this test affects; it is checked at the end."""
    server = emulator_factory()
    server.session().executions("1")
    before = status(server, "VmHWM")
    yield server
    assert status(server, "VmHWM") - before < MEMORY_ROOM
    assert server.session().executions("6 * 7").json()["result"]["executionResult"] == 42


def ask(session, code, **members):
    """Sends an execution and leaves its answer unread."""
    body = json.dumps({"code": code, "outputStreamsMaxLength": 1 << 30, **members}).encode()
    headers = ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return Exact(session).open("POST", "executions", headers, body)


def test_many_sessions_do_their_worst_at_once(fresh_server):
    sessions = [fresh_server.session() for _ in range(3)]
    with concurrent.futures.ThreadPoolExecutor(len(sessions)) as pool:
        run = lambda session: session.executions(FLOOD + LARGE_VALUE, V2025_02)
        for answer in pool.map(run, sessions):
            result = answer.json()["result"]
            assert result["stdout"] == result["stderr"] == "x" * OWN_CAP
            assert len(result["executionResult"]) == 15_500_002


def test_clients_that_do_not_read_hold_no_memory(fresh_server):
    session = fresh_server.session()
    with contextlib.ExitStack() as unread:
        connections = [
            unread.enter_context(contextlib.closing(ask(session, NULS))) for _ in range(3)
        ]
        others = [fresh_server.session() for _ in range(5)]
        connections += [
            unread.enter_context(contextlib.closing(ask(other, NULS))) for other in others
        ]
        for connection in connections:  # the first bytes of its answer have arrived
            connection.settimeout(HTTP_SECONDS)
            assert connection.recv(12) == b"HTTP/1.1 200"
        assert session.executions("'and goes on'").json()["result"]["executionResult"] == (
            "'and goes on'"
        )


def test_a_client_that_reads_late_gets_all_of_it(session):
    connection = ask(session, FLOOD + LARGE_VALUE)
    other = session.executions("1").json()  # its answer shows that the previous one has begun
    assert other["status"] == "Succeeded"
    result = json.loads(answer_on(connection).content)["result"]
    assert result["stdout"] == result["stderr"] == "x" * OWN_CAP
    assert result["executionResult"] == f"'{'x' * 15_500_000}'"


def test_a_client_that_closes_its_sending_side_gets_a_long_answer(session):
    connection = ask(session, "print('x' * 3_000_000)")
    connection.shutdown(1)  # SHUT_WR
    result = json.loads(answer_on(connection).content)["result"]
    assert result["stdout"] == "x" * 3_000_000 + "\n"


def test_results_of_asynchronous_executions_hold_no_memory(fresh_server):
    sessions = [fresh_server.session() for _ in range(6)]
    members = {"executionType": "Asynchronous"}
    started = [session.executions(FLOOD, V2025_02, **members).json() for session in sessions]
    for session, execution in zip(sessions, started):
        ended = lambda: session.execution(execution["id"], V2025_02).json()["status"] != "Running"
        wait_until(ended, "an asynchronous execution does not end")
    for _ in range(2):  # twice, because the connection is kept
        answer = sessions[0].execution(started[0]["id"], V2025_02).json()
        assert answer["result"]["stdout"] == "x" * OWN_CAP


def test_clients_that_do_not_read_a_long_listing_hold_no_memory(fresh_server):
    session = fresh_server.session()
    names = "for n in range(60_000): open('/mnt/data/' + 'n' * 120 + str(n), 'w').close()"
    assert session.executions(names).json()["status"] == "Succeeded"
    with contextlib.ExitStack() as unread:
        for _ in range(30):  # answers of 14 MB
            connection = Exact(session).open("GET", "files", [])
            unread.enter_context(contextlib.closing(connection))
            assert connection.recv(12) == b"HTTP/1.1 200"
        assert session.executions("6 * 7").json()["result"]["executionResult"] == 42
    session.end()


# A thread that continues after its program: once /mnt/data/go exists, it writes the given bytes
# into the agent's socket, until the socket accepts no more for two seconds, and reports how many it
# wrote.
WRITE_LATER = """
import os, socket, threading, time
def write_later():
    while not os.path.exists('/mnt/data/go'): time.sleep(0.01)
    control = socket.socket(fileno=os.dup(3))
    control.settimeout(2)
    rest, sent = memoryview({written}), 0
    try:
        while rest:
            count = control.send(rest)
            rest, sent = rest[count:], sent + count
    except OSError:
        pass
    with open('/mnt/data/sent.tmp', 'w') as file: file.write(str(sent))
    os.rename('/mnt/data/sent.tmp', '/mnt/data/sent')
threading.Thread(target=write_later, daemon=True).start()
"""
LATE_FRAMES = {
    "half a frame": "(63 << 20).to_bytes(4, 'big') + b'x' * (62 << 20)",
    "half a result": '(94).to_bytes(4, \'big\') + b\'{"result":{"id":9,"ok":true,'
    '"value":{"kind":"text","text":33000000},"traceback":0}}\'.ljust(94) + b\'x\' * 30_000_000',
    "many frames": '(len(b := b\'{"ready":{"python":"3"}}\').to_bytes(4, \'big\') + b) * 1_000_000',
}


@pytest.mark.attack(58)
@pytest.mark.parametrize("written", LATE_FRAMES.values(), ids=LATE_FRAMES.keys())
def test_nothing_is_read_from_a_kernel_that_is_idle(fresh_server, written):
    sessions = [fresh_server.session() for _ in range(4)]
    for session in sessions:
        started = session.executions(WRITE_LATER.format(written=written)).json()
        assert started["status"] == "Succeeded", started
        session.upload("go", b"")
    for session in sessions:
        wait_until(lambda: session.file("sent").status_code == 200, "the thread writes on and on")
        assert int(session.content("sent").text) < MEBIBYTE
    # The server reads the beginning of the frame now. The kernel continues or is replaced; in both
    # cases other kernels continue and the session's files stay.
    session = sessions[0]
    session.executions("1", timeoutInSeconds=30)
    after = session.executions("open('/mnt/data/go').read()").json()
    assert after["result"]["executionResult"] == "''"
