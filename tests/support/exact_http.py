"""Requests byte by byte, for bytes that `requests` would change: `..`, `%2e`, half a body."""

import contextlib
import http.client
import socket
from urllib.parse import urlsplit

from support.answer_check import check
from support.emulator import HTTP_SECONDS, V2025_10


class Exact:
    """A client of one session that sends targets unchanged."""

    def __init__(self, session):
        self.base = urlsplit(session.endpoint)
        self.query = f"?api-version={V2025_10}&identifier={session.identifier}"

    def send(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection(self.base.netloc, timeout=HTTP_SECONDS)
        with contextlib.closing(connection):
            head = {"Authorization": "Bearer test-token", **(headers or {})}
            target = f"{self.base.path}/{path}{self.query}"
            connection.request(method, target, body, head)
            answer = Answer(connection.getresponse())
            url = f"{self.base.scheme}://{self.base.netloc}{target}"
            check(method, url, answer.status_code, answer.headers, answer.content)
            return answer

    def open(self, method, path, headers, body=b""):
        """Sends a request, or a part of one, and leaves the answer unread."""
        head = [f"{method} {self.base.path}/{path}{self.query} HTTP/1.1"]
        head += [f"Host: {self.base.netloc}", "Authorization: Bearer test-token", *headers]
        connection = socket.create_connection(
            (self.base.hostname, self.base.port), timeout=HTTP_SECONDS
        )
        connection.sendall("\r\n".join([*head, "", ""]).encode() + body)
        return connection


class Answer:
    """Gives answers of `http.client` and of a bare socket the interface of `requests`."""

    def __init__(self, response):
        self.status_code = response.status
        self.headers = response.headers
        self.content = response.read()
        self.text = self.content.decode(errors="replace")


def answer_on(connection):
    response = http.client.HTTPResponse(connection)
    response.begin()
    return Answer(response)
