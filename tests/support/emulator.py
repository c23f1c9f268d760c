"""A dynsessions server for tests, and a client that speaks its three dialects.

The client returns the plain `requests` answer for the test to examine, and checks nothing itself;
answer_check.py checks every answer that arrives through `requests` against api-spec/.
"""

import contextlib
import json
import os
import select
import shlex
import signal
import subprocess
import tempfile
import time
import uuid
from pathlib import Path

import requests

from support import mounts, sanitizers, services
from support.processes import descendants
from support.waiting import wait_until

BINARY = os.environ.get(
    "DYNSESSIONS_BINARY", str(Path(__file__).parents[2] / "build" / "release" / "dynsessions")
)
# The thread sanitizer needs most of a minute on one core to scan 16 MiB byte by byte.
SLOWNESS = {None: 1, "address": 4, "thread": 10}[sanitizers.sanitizer_of(BINARY)]
# A start waits for the first interpreter, whose imports can be cold; a stop can use the whole drain
# period; an answer can take as long as a program can run. A busy machine is ten times slower.
START_SECONDS, STOP_SECONDS, HTTP_SECONDS = (SLOWNESS * seconds for seconds in (240, 120, 240))
# After the server's end, its processes that have been killed still need some time to exit.
GONE_SECONDS = 60 * SLOWNESS

# In the background or under nohup the test run ignores some signals, and its children would inherit
# that.
HEARING_SIGNALS = ("env", "--default-signal=HUP,INT,TERM")

PYTHON = None  # the python dialect has no api-version
V2024_02 = "2024-02-02-preview"
V2024_10 = "2024-10-02-preview"
V2025_02 = "2025-02-02-preview"
V2025_10 = "2025-10-02-preview"

# File operations of each family; the first word of a route is the method.
_PYTHON_FILES = {
    "upload": "POST python/uploadFile",
    "list": "GET python/files",
    "content": "GET python/downloadFile",
}
_WRAPPED_FILES = {
    "upload": "POST files/upload",
    "list": "GET files",
    "file": "GET files/{name}",
    "content": "GET files/content/{name}",
    "delete": "DELETE files/{name}",
}
_FLAT_FILES = {
    "upload": "POST files",
    "list": "GET files",
    "file": "GET files/{name}",
    "content": "GET files/{name}/content",
    "delete": "DELETE files/{name}",
}


def file_routes(version):
    return {PYTHON: _PYTHON_FILES, V2024_02: _WRAPPED_FILES}.get(version, _FLAT_FILES)


class Session:
    """A client of one identifier at one server. `name` arguments go into the path as they are:
    encode them."""

    def __init__(self, endpoint, identifier):
        self.endpoint = endpoint
        self.identifier = identifier

    def send(self, method, path, version=V2025_10, query=None, headers=None, **how):
        parameters = {"identifier": self.identifier, "api-version": version, **(query or {})}
        how.setdefault("timeout", HTTP_SECONDS)
        return requests.request(
            method,
            f"{self.endpoint}/{path}",
            params={name: value for name, value in parameters.items() if value is not None},
            headers={"Authorization": "Bearer test-token", **(headers or {})},
            **how,
        )

    def end(self):
        """Frees the session's memory before its cooldown passes; the test itself does not depend on
        it."""
        self.send("DELETE", "session", V2025_02)

    def python_execute(self, code, **properties):
        body = {"codeInputType": "inline", "executionType": "synchronous", "pythonCode": code}
        body = {"identifier": self.identifier, **body, **properties}
        return self.send("POST", "python/execute", PYTHON, json={"properties": body})

    def code_execute(self, code, version=V2024_02, **properties):
        body = {"codeInputType": "inline", "executionType": "synchronous", "code": code}
        return self.send("POST", "code/execute", version, json={"properties": body | properties})

    def executions(self, code, version=V2025_10, headers=None, **members):
        body = {"codeInputType": "Inline", "executionType": "Synchronous", "code": code}
        return self.send("POST", "executions", version, headers=headers, json=body | members)

    def execution(self, execution_id, version=V2025_10):
        return self.send("GET", f"executions/{execution_id}", version)

    def upload(self, name, content, version=V2025_10, **query):
        return self._file("upload", version, query=query, files={"file": (name, content)})

    def list(self, version=V2025_10, **query):
        return self._file("list", version, query=query)

    def file(self, name, version=V2025_10, **query):
        return self._file("file", version, name, query=query)

    def content(self, name, version=V2025_10, **query):
        if version is PYTHON:
            query["filename"] = name
        return self._file("content", version, name, query=query)

    def delete(self, name, version=V2025_10, **query):
        return self._file("delete", version, name, query=query)

    def _file(self, operation, version, name="", **how):
        method, path = file_routes(version)[operation].format(name=name).split(" ", 1)
        return self.send(method, path, version, **how)


def run_to_end(*arguments, seconds=HTTP_SECONDS, before=(), **environment):
    """Runs the program until it exits, which it must do by itself."""
    ended = subprocess.run(
        [*before, BINARY, *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=seconds,
    )
    sanitizers.assert_no_report_in(ended.stderr)
    return ended


# Servers that run, and servers that ended since the last begin_test(), for failure_report.py.
_servers = []


def begin_test():
    """Forgets servers that have ended and what the others have logged so far."""
    _servers[:] = [server for server in _servers if server.is_running()]
    for server in _servers:
        server.log_begin = server.log_size()


def servers_of_this_test(lines):
    """Returns (title, text) of each server that was started, ended or logged since begin_test():
    how it was started, and the last `lines` lines of its log since then."""
    for server in _servers:
        log = server.stderr(since=server.log_begin).splitlines()
        if log or not server.is_running():
            shown = (
                log if len(log) <= lines else [f"({len(log) - lines} more lines)", *log[-lines:]]
            )
            yield f"server {server.process_id}", "\n".join([server.command(), *shown])


class Emulator:
    """A running server on free ports of the loopback interface.

    `stop()` ends the server as an operator would, `kill()` as a crash would, and `has_ended()`
    waits for a server that ends by itself. They raise AssertionError unless the server ends as it
    should, without a sanitizer's report. stop() and kill() also require that no process and no
    mount is left behind.

    `before` is a command that runs the rest of its command line by exec.
    `as_documented=False` is for options that cause answers which api-spec/ does not promise.
    """

    def __init__(self, *arguments, environment=None, as_documented=True, before=()):
        self._mounts_before = mounts.of_sandboxes()
        self._end_was_judged = False
        self._stderr = tempfile.TemporaryFile()
        self.log_begin = 0
        self._command = [*before, BINARY, "serve", "--port", "0", "--admin-port", "0", *arguments]
        # The port of HTTPS is a variable, because an argument can choose another port or none.
        self._environment = {"DYNSESSIONS_HTTPS_PORT": "0", **(environment or {})}
        self._process = subprocess.Popen(
            [*HEARING_SIGNALS, *self._command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            env={**os.environ, **self._environment},
        )
        self.process_id = self._process.pid
        _servers.append(self)
        try:
            ready = self._read_event("ready")
        except BaseException:
            self._process.kill()
            self._process.wait()
            raise
        self.pid = ready["pid"]
        self.http = ready["http"]
        self.https = ready.get("https")  # None if HTTPS is switched off
        self.admin = ready["admin"]
        self.endpoint = ready["poolManagementEndpoint"]
        self.identity_endpoint = ready["identityEndpoint"]
        self.authority = ready.get("authority")
        self.tenant = ready["tenant"]
        if as_documented:
            services.serves(self.http, self.https)

    def _read_event(self, wanted):
        """Reads lines of JSON from stdout up to the line of this event."""
        output, text = self._process.stdout.fileno(), b""
        deadline = time.monotonic() + START_SECONDS
        while True:
            seconds = max(0, deadline - time.monotonic())
            readable, _, _ = select.select([output], [], [], seconds)
            piece = os.read(output, 1 << 16) if readable else b""
            if not piece:
                raise AssertionError(f"the server did not become {wanted}:\n{self.stderr()}")
            *lines, text = (text + piece).split(b"\n")
            for line in map(json.loads, lines):
                assert line["event"] in ("listening", "ready"), line
                if line["event"] == wanted:
                    return line

    def command(self):
        """Returns the line that starts the same server in a shell, with the variables that differ
        from inherited ones."""
        inherited = {
            name: value for name, value in os.environ.items() if name.startswith("DYNSESSIONS_")
        }
        variables = {**inherited, **self._environment}
        words = [f"{name}={value}" for name, value in variables.items()]
        return shlex.join(["env", *words, *map(str, self._command)])

    def log_size(self):
        return os.fstat(self._stderr.fileno()).st_size

    def stderr(self, since=0):
        """Returns what the server has written so far, while it runs as whole lines. A running
        server writes its log in the background, later than it answers: see await_log()."""
        is_running = self.is_running()
        # read() would move the position of the open file, at which the server writes.
        said = os.pread(self._stderr.fileno(), self.log_size() - since, since)
        if is_running:
            said = said[: said.rfind(b"\n") + 1]
        return said.decode(errors="replace")

    def await_log(self, words):
        """Waits until the words are in the log and returns the log."""
        wait_until(lambda: words in self.stderr(), f"not in the log: {words}")
        return self.stderr()

    def session(self, identifier=None):
        """Returns a session that no other test knows, unless the identifier is given."""
        return Session(self.endpoint, identifier or str(uuid.uuid4()))

    def is_running(self):
        return self._process.poll() is None

    def stop(self, expected_code=0):
        self._end(signal.SIGTERM, expected_code)

    def kill(self):
        self._end(signal.SIGKILL, expected_code=-signal.SIGKILL)

    def has_ended(self, expected_code):
        """Waits until the server has exited."""
        services.serves_no_longer(self.http, self.https)
        code = self._process.wait(STOP_SECONDS)
        self._process.stdout.close()
        self._judge_end(code, expected_code)

    def _judge_end(self, code, expected_code):
        self._end_was_judged = True
        said = self.stderr()
        assert code == expected_code, f"the server ended with {code}:\n{said}"
        sanitizers.assert_no_report_in(said)

    def _end(self, with_signal, expected_code):
        services.serves_no_longer(self.http, self.https)
        if self._end_was_judged:
            return
        started = list(_open_descendants(self._process.pid))
        self._process.send_signal(with_signal)
        try:
            code = self._process.wait(STOP_SECONDS)
            left = _count_after(started, GONE_SECONDS)
        finally:
            self._process.kill()
            self._process.stdout.close()
            for pidfd in started:
                os.close(pidfd)
        self._judge_end(code, expected_code)
        assert left == 0, f"{left} processes of the server outlived it"
        new_mounts = mounts.of_sandboxes() - self._mounts_before
        assert not new_mounts, f"the server left mounts behind: {new_mounts}"


def _open_descendants(pid):
    """Returns a descriptor of each process below `pid`; processes that end during the search are
    left out."""
    for process in descendants(pid):
        with contextlib.suppress(ProcessLookupError):
            yield os.pidfd_open(process)


def _count_after(pidfds, seconds):
    """Returns how many of the processes have not exited after this time; waits no longer than
    needed. A process descriptor becomes readable when its process has exited, reaped or not."""
    end = time.monotonic() + seconds
    waiting = select.poll()
    for pidfd in pidfds:
        waiting.register(pidfd, select.POLLIN)
    left = set(pidfds)
    while left and (remaining := end - time.monotonic()) > 0:
        for pidfd, _ in waiting.poll(1000 * remaining):
            waiting.unregister(pidfd)
            left.remove(pidfd)
    return len(left)
