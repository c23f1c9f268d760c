"""The log: a line per request and per session event, in both formats, and what it never
contains."""

import hashlib
import json
import re
import socket
import ssl
from urllib.parse import urlsplit

import pytest
import requests

from support.emulator import HTTP_SECONDS, V2024_02, V2025_02, V2025_10, Emulator
from support.waiting import wait_until

TEXT_LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (error|warning|info|debug) (.*)")
GUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"

IDENTIFIER = "secret-identifier-31f0"
CODE = "secret_code_9c2e"
TOKEN = "secret.token.77ab"


def digest(identifier):
    return hashlib.sha256(identifier.encode()).hexdigest()[:8]


class JsonLog:
    """The events of a server that logs JSON."""

    def __init__(self, server):
        self.server = server

    def all(self):
        lines = self.server.stderr().splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def of(self, event, **members):
        return [
            entry
            for entry in self.all()
            if entry["event"] == event
            and all(entry.get(name) == value for name, value in members.items())
        ]

    def one(self, event, **members):
        """Waits for the only event with these members and returns it."""
        wait_until(lambda: self.of(event, **members), f"no {event} with {members} in the log")
        (entry,) = self.of(event, **members)
        return entry

    def request_of(self, answer):
        """Returns the log line of the request that got this answer."""
        return self.one("request", correlationId=answer.headers["mise-correlation-id"])


@pytest.fixture(scope="module")
def server():
    running = Emulator(
        *("--log-format", "json", "--log-level", "debug", "--max-sessions", "3"),
        *("--ready-sessions", "0", "--memory-limit-mb", "512", "--data-quota-mb", "8"),
    )
    yield running
    running.stop()


def test_every_line_of_a_log_of_json_is_json(server):
    wait_until(lambda: server.stderr(), "the log is empty")
    for line in server.stderr().splitlines():
        assert json.loads(line)["event"], line


@pytest.fixture
def log(server):
    return JsonLog(server)


@pytest.fixture
def session(server):
    """A session that ends with its test, because the server can have only three sessions."""
    own = server.session(IDENTIFIER)
    yield own
    own.end()


def test_a_request_is_logged_with_all_its_facts(log, session):
    answer = session.code_execute(f"{CODE} = 1")
    entry = log.request_of(answer)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", entry["at"])
    assert entry["level"] == "info"
    assert (entry["method"], entry["status"]) == ("POST", 200)
    assert entry["path"] == urlsplit(session.endpoint).path + "/code/execute"
    assert (entry["surface"], entry["operation"]) == ("data-plane", "execute")
    assert (entry["pool"], entry["apiVersion"]) == ("default", V2024_02)
    assert entry["identifier"] == digest(IDENTIFIER)
    assert entry["session"] == answer.headers["x-ms-session-guid"]
    assert entry["requestBytes"] == len(answer.request.body)
    assert entry["responseBytes"] == len(answer.content)
    assert 0 < entry["durationMs"] < 60_000
    assert "reason" not in entry and "refusedBy" not in entry


def test_each_operation_has_its_name(log, session):
    asynchronous = session.executions("1", executionType="Asynchronous")
    made = {
        "upload_file": session.upload("a b.txt", "12345"),
        "list_files": session.list(),
        "get_file": session.file("a%20b.txt"),
        "get_file_content": session.content("a%20b.txt"),
        "delete_file": session.delete("a%20b.txt"),
        "get_execution": session.execution(asynchronous.headers["operation-id"]),
        "get_session": session.send("GET", "session", V2025_02),
        "list_sessions": session.send("GET", "listSessions", V2025_02),
        "get_metadata": session.send("GET", "metadata", V2025_02),
        "delete_session": session.send("DELETE", "session", V2025_02),
    }
    for operation, answer in made.items():
        entry = log.request_of(answer)
        assert (entry["operation"], entry["status"]) == (operation, answer.status_code)
    assert log.request_of(made["get_file"])["path"].endswith("/files/a b.txt")
    assert log.request_of(made["get_file_content"])["responseBytes"] == 5


def test_each_kind_of_refusal_is_logged_with_its_reason(log, session):
    def sent(path="files", method="GET", version=V2025_10, **how):
        return session.send(method, path, version, **how)

    refused = {
        ("guard", "list_files", 421): sent(headers={"Host": "evil.example"}),
        ("guard", "list_files", 403): sent(headers={"Origin": "https://evil.example"}),
        ("token", "list_files", 401): sent(headers={"Authorization": f"Basic {TOKEN}"}),
        ("router", None, 400): sent("file"),
        ("operation", "get_file", 404): sent("files/missing"),
        ("operation", "get_execution", 404): sent("executions/missing"),
    }
    for (by, operation, status), answer in refused.items():
        entry = log.request_of(answer)
        assert (entry["refusedBy"], entry.get("operation")) == (by, operation)
        assert entry["status"] == answer.status_code == status
        assert entry.get("reason") == answer.headers.get("x-emulator-reason")
        assert entry["level"] == "info"
    assert "did you mean GET /files?" in log.request_of(refused["router", None, 400])["reason"]
    no_method = log.request_of(sent("files", "PUT"))
    assert no_method["reason"] == "this path exists with another method: POST, GET"


def test_a_full_pool_is_a_warning(log, server):
    taken = [server.session() for _ in range(3)]
    for session in taken:
        assert session.list().ok
    answer = server.session().executions("1")
    entry = log.request_of(answer)
    assert (entry["level"], entry["status"]) == ("warning", answer.status_code)
    assert entry["reason"] == answer.headers["x-emulator-reason"]
    for session in taken:
        session.end()


# No RLIMIT counts shared memory. The program waits at the end, for tiers that check memory now and
# then.
SHARED_MEMORY_BOMB = """
import mmap, time
memory = mmap.mmap(-1, 1 << 30)
for start in range(0, 1 << 30, 1 << 20):
    memory[start : start + (1 << 20)] = b"x" * (1 << 20)
time.sleep(50)
"""


def test_a_kernel_that_dies_is_a_warning_with_its_reason(log, server):
    session = server.session()
    session.executions("import os; os._exit(3)")
    guid = log.one("session-allocated", identifier=digest(session.identifier))["session"]
    assert re.fullmatch(GUID, guid)
    died = log.one("kernel-ended", session=guid, reason="died")
    assert (died["level"], died["kernel"], died["pool"]) == ("warning", "synchronous", "default")
    assert died["exitStatus"] == 3

    session.executions("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    assert log.one("kernel-ended", session=guid, signal="SIGSEGV")["reason"] == "died"

    answer = session.executions(SHARED_MEMORY_BOMB)
    limit = log.one("kernel-ended", session=guid, reason="memory-limit")
    assert "memory: the session exceeded its limit" in limit["message"]
    assert log.request_of(answer)["reason"] == answer.headers["x-emulator-reason"]
    session.end()


def test_a_session_is_counted_in_its_pool_and_ends_for_a_reason(log, server):
    base = f"{server.http}/subscriptions/s/resourceGroups/g/sessionPools/another-pool"
    query = {"identifier": "my-session", "api-version": V2025_02}
    headers = {"Authorization": f"Bearer {TOKEN}"}
    requests.get(f"{base}/files", params=query, headers=headers, timeout=HTTP_SECONDS)
    allocated = log.one("session-allocated", pool="another-pool")
    assert allocated["identifier"] == digest("my-session")
    requests.delete(f"{base}/session", params=query, headers=headers, timeout=HTTP_SECONDS)
    ended = log.one("session-ended", session=allocated["session"])
    assert (ended["reason"], ended["pool"]) == ("deleted", "another-pool")
    assert "a client deleted it" in ended["message"]


def test_a_session_that_expires_is_logged(emulator_factory):
    server = emulator_factory(
        *("--log-format", "json", "--cooldown-period", "1", "--ready-sessions", "0")
    )
    log = JsonLog(server)
    server.session().list()
    ended = log.one("session-ended")
    assert (ended["reason"], ended["level"]) == ("cooldown-passed", "info")
    assert ended["ageSeconds"] >= 1


def test_tls_on_the_plain_port_and_the_opposite_are_warnings(log, server):
    plain, encrypted = urlsplit(server.http), urlsplit(server.https)
    context = ssl.create_default_context()
    with socket.create_connection((plain.hostname, plain.port), HTTP_SECONDS) as connection:
        with pytest.raises(ssl.SSLError):
            context.wrap_socket(connection, server_hostname="localhost")
    with socket.create_connection((encrypted.hostname, encrypted.port), HTTP_SECONDS) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b" 400 " in connection.recv(1 << 16)

    def warnings_with(words):
        return [e for e in log.of("message", level="warning") if words in e["message"]]

    for words in (
        "spoke TLS to the port of plain HTTP",
        "spoke HTTP without TLS to the HTTPS port",
    ):
        wait_until(lambda words=words: warnings_with(words), f"no warning that a client {words}")
        assert len(warnings_with(words)) == 1


HOSTILE = {
    "%C2%9B31mred": "\u009b31mred",  # a control sequence of one character
    "%E2%80%AEtxt.exe": "\u202etxt.exe",  # reverses the rest of the line
    "%E2%80%A8line": "\u2028line",
    "%22,%22status%22:200": '","status":200',
    "a%20b%5Cn%25": "a b\\n%",
    "gr%C3%B6%C3%9Fe.csv": "größe.csv",
    "%F0%9F%90%8D": "\U0001f40d",
}


@pytest.mark.parametrize("encoded", HOSTILE)
def test_a_hostile_path_is_one_line_that_is_safe_to_print(log, server, session, encoded):
    entry = log.request_of(session.file(encoded))
    assert entry["path"].endswith(f"/files/{HOSTILE[encoded]}")
    raw = server.stderr()
    assert not set(raw) & set("\x1b\x9b\u202e\u2028")


@pytest.mark.parametrize("target", ["/%0aGET", "/%1b[31m", "/%ff", "/%zz", "nonsense"])
def test_a_target_that_cannot_be_parsed_is_logged_without_its_bytes(log, server, target):
    before = len(log.of("request", refusedBy="connection"))
    address = urlsplit(server.http)
    with socket.create_connection((address.hostname, address.port), HTTP_SECONDS) as connection:
        connection.sendall(f"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        assert b" 400 " in connection.recv(1 << 16)
    wait_until(
        lambda: len(log.of("request", refusedBy="connection")) == before + 1, "it was not logged"
    )
    entry = log.of("request", refusedBy="connection")[-1]
    assert (entry["status"], entry["method"]) == (400, "")
    assert entry["reason"]


def test_nothing_secret_is_in_the_log_whatever_was_sent(log, server, session):
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    session.executions(f"{CODE} = 1", headers=bearer)
    session.executions(f"raise ValueError('{CODE}')", headers=bearer)
    session.send("POST", "executions", headers=bearer, data=CODE)
    session.python_execute(CODE)
    session.send("GET", f"files/{IDENTIFIER}", headers=bearer, query={"path": CODE, "x": TOKEN})
    last = session.send("GET", f"{IDENTIFIER}/files", headers=bearer)
    assert log.request_of(last)["path"].endswith("/{identifier}/files")
    raw = server.stderr()
    assert [secret for secret in (IDENTIFIER, CODE, TOKEN) if secret in raw] == []
    assert digest(IDENTIFIER) in raw


def test_connections_routes_and_the_launcher_are_logged_at_level_debug(log, session):
    session.list()

    def is_logged(expected):
        messages = (entry["message"] for entry in log.of("message", level="debug"))
        return any(re.search(expected, message) for message in messages)

    for expected in (
        r"connection \d+ opened by 127\.0\.0\.1:\d+ for http",
        r"request \d+\.\d+ is list_files as of 2025-10-02-preview",
        r"launcher request \d+: create_sandbox of sandbox \d+",
    ):
        wait_until(
            lambda expected=expected: is_logged(expected),
            f"no message for a debugger matches {expected}",
        )


LEVELS = {"error": set(), "warning": {"warning"}, "info": {"info", "warning"}}


@pytest.mark.parametrize("level", LEVELS)
def test_a_level_leaves_out_what_is_below_it(emulator_factory, level):
    server = emulator_factory("--log-level", level, "--ready-sessions", "0")
    session = server.session()
    session.executions("import os; os._exit(1)")
    session.list()
    server.stop()
    matches = [TEXT_LINE.fullmatch(line) for line in server.stderr().splitlines()]
    assert {match[1] for match in matches if match} == LEVELS[level]


def test_text_is_a_line_per_event_with_names_and_values(emulator_factory):
    server = emulator_factory("--ready-sessions", "0")
    session = server.session("text-session")
    answer = session.file("a%20b%22%C2%9B.txt")
    expected = (
        r"GET /subscriptions/.*/files/a b\"\\u009b\.txt 404 in \d+\.\d ms surface=data-plane "
        rf"operation=get_file pool=default apiVersion={V2025_10} "
        rf"identifier={digest('text-session')} session={GUID} requestBytes=0 responseBytes=\d+ "
        rf"connection=\d+ correlationId={answer.headers['mise-correlation-id']} "
        r"refusedBy=operation.*"
    )

    def lines():
        found = (TEXT_LINE.fullmatch(line) for line in server.stderr().splitlines())
        return [match[2] for match in found if match]

    wait_until(
        lambda: any(re.fullmatch(expected, line) for line in lines()), "the request has no line"
    )
    allocated = rf"session {GUID} allocated pool=default identifier={digest('text-session')}"
    assert any(re.fullmatch(allocated, line) for line in lines())
