"""Many keep-alive connections, each of which sends its next request as soon as it is answered.

The client has bare sockets and one thread: on two cores a larger client would dominate the
measurement."""

import json
import selectors
import socket
import time
from urllib.parse import urlsplit

from http_client import VERSION
from samples import Samples

END = b"\r\n0\r\n\r\n"  # the end of a chunked body


def execute_request(endpoint, identifier, code):
    address = urlsplit(endpoint)
    body = json.dumps({"code": code}).encode()
    head = (
        f"POST {address.path}/executions?api-version={VERSION}&identifier={identifier} HTTP/1.1\r\n"
        f"Host: {address.netloc}\r\nAuthorization: Bearer bench\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def connect(endpoint):
    address = urlsplit(endpoint)
    connection = socket.create_connection((address.hostname, address.port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


class Asker:
    """One connection, and the time of its last request."""

    def __init__(self, endpoint, identifier, code):
        self.socket = connect(endpoint)
        self._request = execute_request(endpoint, identifier, code)
        self._answer = b""
        self.asked_at = 0.0

    def ask(self):
        self.asked_at = time.perf_counter()
        self.socket.sendall(self._request)

    def is_answered(self):
        self._answer += self.socket.recv(65536)
        if not self._answer.endswith(END):
            return False
        assert b'"status":"Succeeded"' in self._answer, self._answer
        self._answer = b""
        return True


def ask_for(seconds, endpoint, identifiers, code="1 + 1"):
    """Returns the latency of each answer, and the number of answers per second."""
    latencies = Samples()
    selector = selectors.DefaultSelector()
    askers = [Asker(endpoint, identifier, code) for identifier in identifiers]
    for asker in askers:
        selector.register(asker.socket, selectors.EVENT_READ, asker)
        asker.ask()
    started = now = time.perf_counter()
    while now < started + seconds:
        for key, _ in selector.select():
            asker = key.data
            if asker.is_answered():
                now = time.perf_counter()
                latencies.values.append(now - asker.asked_at)
                asker.ask()
    for asker in askers:
        asker.socket.close()
    return latencies, len(latencies.values) / (now - started)
