"""HTTP for drivers that send the requests of a client that no registry offers."""

import http.client
import json
import os
import ssl
import urllib.parse
from typing import NamedTuple

AUDIENCE = "https://dynamicsessions.io"


class Answer(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    content: bytes

    def json(self):
        # The clients of .NET accept only this media type as JSON.
        assert self.headers["content-type"] == "application/json; charset=utf-8", self.content
        return json.loads(self.content)


def send(method, url, headers, body=None, seconds=60):
    """Sends exactly these headers, plus Host and the length of the body."""
    parts = urllib.parse.urlsplit(url)
    if parts.scheme == "https":
        trust = ssl.create_default_context(cafile=os.environ["SSL_CERT_FILE"])
        connection = http.client.HTTPSConnection(parts.netloc, timeout=seconds, context=trust)
    else:
        connection = http.client.HTTPConnection(parts.netloc, timeout=seconds)
    try:
        target = url.split(parts.netloc, 1)[1]
        connection.putrequest(method, target, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


def managed_identity_token(audience=AUDIENCE):
    """Requests a token as a managed identity of App Service does (api-spec/CLIENTS.md section
    4.1)."""
    query = urllib.parse.urlencode({"api-version": "2019-08-01", "resource": audience})
    answer = send(
        "GET",
        f"{os.environ['IDENTITY_ENDPOINT']}?{query}",
        {"X-IDENTITY-HEADER": os.environ["IDENTITY_HEADER"]},
    )
    return answer.json()["access_token"]
