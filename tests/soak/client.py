"""One keep-alive connection to a pool: a minimal client that serves thousands of sessions."""

import http.client
import json
from urllib.parse import urlsplit

VERSION = "2025-10-02-preview"
SECONDS = 120
BOUNDARY = "dynsessions-soak"


class Client:
    def __init__(self, endpoint):
        address = urlsplit(endpoint)
        self._path = address.path
        self._connection = http.client.HTTPConnection(address.netloc, timeout=SECONDS)

    def send(self, method, path, identifier, body=None, content_type=None):
        """Returns status and body of the answer."""
        headers = {"Authorization": "Bearer soak"}
        if content_type:
            headers["Content-Type"] = content_type
        target = f"{self._path}/{path}?api-version={VERSION}&identifier={identifier}"
        try:
            self._connection.request(method, target, body, headers)
        except BrokenPipeError:
            pass  # a refusal can arrive before the whole body is sent
        answer = self._connection.getresponse()
        return answer.status, answer.read()

    def execute(self, identifier, code, **members):
        body = json.dumps({"code": code, **members}).encode()
        status, answer = self.send("POST", "executions", identifier, body, "application/json")
        assert status == 200, (status, answer)
        return json.loads(answer)

    def upload(self, identifier, name, content):
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"'
        body = f"{head}\r\n\r\n".encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()
        content_type = f"multipart/form-data; boundary={BOUNDARY}"
        return self.send("POST", "files", identifier, body, content_type)[0]
