"""A second machine on a network, for tests of what sessions can and cannot reach.

The machine is a network namespace with a cable to this host and a web server; a name server on this
host's loopback knows its name. Making it needs root and the program `ip`.
"""

import contextlib
import http.server
import os
import shutil
import signal
import socket
import socketserver
import subprocess
import sys
import threading
import time
from pathlib import Path

_OWN = 1 + os.getpid() % 250  # other test runs can share this machine
HOST_ADDRESS, ADDRESS = f"198.18.{_OWN}.1", f"198.18.{_OWN}.2"
LINK_LOCAL = f"169.254.77.{_OWN}"
LATER_ADDRESS = f"198.19.{_OWN}.1"  # an address of this host, see later_address()
NAME, PORT = "packages.test", 8000
NAME_SERVER = f"127.77.{_OWN}.53"
CABLE = f"dyntest{_OWN}"


def missing():
    """Returns the reason why there can be no neighbour here, or None."""
    if os.geteuid() != 0:
        return "only root can make a network next to this host"
    lacking = [program for program in ("ip", "unshare", "nsenter") if shutil.which(program) is None]
    return f"programs are missing: {', '.join(lacking)}" if lacking else None


@contextlib.contextmanager
def neighbour(directory):
    """Serves `directory` at http://NAME:PORT/ to all clients that can reach ADDRESS or
    LINK_LOCAL."""
    with contextlib.ExitStack() as stack:
        server = subprocess.Popen(
            ["unshare", "--net", sys.executable, __file__, str(directory)], stdout=subprocess.PIPE
        )
        stack.callback(_end, server)
        assert server.stdout.readline() == b"ready\n"
        stack.enter_context(_cable(server.pid))
        stack.enter_context(name_server())
        yield


def _end(process):
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()


@contextlib.contextmanager
def _cable(pid):
    _ip("link", "add", CABLE, "type", "veth", "peer", "name", "eth0", "netns", str(pid))
    try:
        _ip("addr", "add", f"{HOST_ADDRESS}/24", "dev", CABLE)
        _ip("link", "set", CABLE, "up")
        for address in (f"{ADDRESS}/24", f"{LINK_LOCAL}/32"):
            _ip("addr", "add", address, "dev", "eth0", inside=pid)
        _ip("link", "set", "eth0", "up", inside=pid)
        _ip("route", "add", LINK_LOCAL, "dev", CABLE)
        _wait_until_reachable()
        yield
    finally:
        _ip("link", "del", CABLE)


@contextlib.contextmanager
def later_address():
    """Gives this host another address while the neighbour exists."""
    _ip("addr", "add", f"{LATER_ADDRESS}/32", "dev", CABLE)
    try:
        yield
    finally:
        _ip("addr", "del", f"{LATER_ADDRESS}/32", "dev", CABLE)


def _ip(*words, inside=None):
    before = ["nsenter", "--target", str(inside), "--net"] if inside else []
    subprocess.run([*before, "ip", *words], check=True)


def _wait_until_reachable(seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            socket.create_connection((ADDRESS, PORT), timeout=10).close()
            return
    raise AssertionError(f"{ADDRESS} does not answer")


@contextlib.contextmanager
def name_server():
    """Answers that NAME has ADDRESS and that no other names exist."""
    with socketserver.UDPServer((NAME_SERVER, 53), _Names) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


class _Names(socketserver.BaseRequestHandler):
    def handle(self):
        query, listener = self.request
        listener.sendto(_answer_to(query), self.client_address)


def _answer_to(query):
    known = b"".join(bytes([len(part)]) + part.encode() for part in NAME.split(".")) + b"\0"
    end = query.index(b"\0", 12) + 1
    question, kind = query[12 : end + 4], query[end : end + 2]
    is_known = query[12:end] == known
    has_address = is_known and kind == b"\0\1"
    flags = b"\x81\x80" if is_known else b"\x81\x83"  # no error, or no such name
    counts = b"\0\1" + (b"\0\1" if has_address else b"\0\0") + b"\0\0\0\0"
    answer = query[:2] + flags + counts + question
    if has_address:
        record = b"\xc0\x0c\0\1\0\1\0\0\0\0\0\4"  # the name above, A, IN, no caching
        answer += record + socket.inet_aton(ADDRESS)
    return answer


class _Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def _serve(directory):
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    os.chdir(directory)
    with http.server.ThreadingHTTPServer(("0.0.0.0", PORT), _Handler) as server:
        print("ready", flush=True)
        server.serve_forever()


def with_own_files(files, then=()):
    """Returns a command prefix: its program sees `files` (path to content's path) instead of the
    host's."""
    mounts = "".join(f"mount --bind '{ours}' '{path}' && " for path, ours in files.items())
    return ["unshare", "--mount", "sh", "-c", f'{mounts}exec "$@"', "sh", *then]


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
