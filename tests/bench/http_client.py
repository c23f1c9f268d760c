"""One keep-alive connection to a pool: a minimal client, so that the server dominates the
measurement."""

import http.client
import json
from urllib.parse import urlsplit

VERSION = "2025-10-02-preview"
SECONDS = 60
BOUNDARY = "dynsessions-bench"
HEADERS = {"Authorization": "Bearer bench"}


class Connection:
    def __init__(self, endpoint):
        address = urlsplit(endpoint)
        self._path = address.path
        self._connection = http.client.HTTPConnection(address.netloc, timeout=SECONDS)

    def close(self):
        self._connection.close()

    def execute(self, identifier, code):
        """Returns the value of the last expression."""
        return self.run(identifier, code)["executionResult"]

    def run(self, identifier, code, **members):
        """Returns the result: the printed output and the value."""
        body = json.dumps({"code": code, **members}).encode()
        answer = self._request("POST", "executions", identifier, body, "application/json")
        return json.loads(answer.read())["result"]

    def begin_execute(self, identifier, code):
        """Sends the request only; finish_execute() reads the answer."""
        body = json.dumps({"code": code}).encode()
        headers = {**HEADERS, "Content-Type": "application/json"}
        self._connection.request("POST", self._target("executions", identifier), body, headers)

    def finish_execute(self):
        answer = self._connection.getresponse()
        assert answer.status == 200, (answer.status, answer.read())
        return json.loads(answer.read())["result"]["executionResult"]

    def end(self, identifier):
        self.begin_end(identifier)
        self.finish_end()

    def begin_end(self, identifier):
        """Sends the request only; finish_end() reads the answer."""
        self._connection.request("DELETE", self._target("session", identifier), headers=HEADERS)

    def finish_end(self):
        answer = self._connection.getresponse()
        assert answer.status == 204, (answer.status, answer.read())
        answer.read()

    def count_sessions(self):
        """Counts the sessions on every page."""
        page = json.loads(self._request("GET", "listSessions").read())
        count = len(page["sessions"])
        while next_link := page.get("nextLink"):
            link = urlsplit(next_link)
            self._connection.request("GET", f"{link.path}?{link.query}", headers=HEADERS)
            page = json.loads(self._connection.getresponse().read())
            count += len(page["sessions"])
        return count

    def upload(self, identifier, name, content):
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"'
        # The parts are sent one after the other: a copy of the content would count against the
        # server.
        parts = [f"{head}\r\n\r\n".encode(), content, f"\r\n--{BOUNDARY}--\r\n".encode()]
        content_type = f"multipart/form-data; boundary={BOUNDARY}"
        length = sum(len(part) for part in parts)
        self._request("POST", "files", identifier, parts, content_type, length).read()

    def download(self, identifier, name, into):
        """Fills `into`, a buffer of exactly the file's size."""
        answer = self._request("GET", f"files/{name}/content", identifier)
        view, filled = memoryview(into), 0
        while count := answer.readinto(view[filled:]):
            filled += count
        answer.read()  # the end of the answer, so that the connection can be reused
        assert filled == len(into), f"{filled} of {len(into)} bytes"

    def _request(self, method, path, identifier="", body=None, content_type=None, length=None):
        headers = dict(HEADERS)
        if content_type:
            headers["Content-Type"] = content_type
        if length is not None:  # otherwise http.client counts the bytes of the body
            headers["Content-Length"] = str(length)
        self._connection.request(method, self._target(path, identifier), body, headers)
        answer = self._connection.getresponse()
        assert answer.status == 200, (answer.status, answer.read())
        return answer

    def _target(self, path, identifier):
        return f"{self._path}/{path}?api-version={VERSION}&identifier={identifier}"
