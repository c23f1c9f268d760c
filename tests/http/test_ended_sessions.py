"""Requests whose session is deleted while they run: all are answered as an execution would be."""

import concurrent.futures
import socket
from urllib.parse import urlsplit

from support.driving import Admin
from support.emulator import HTTP_SECONDS, V2025_02, V2025_10
from support.waiting import wait_until

BOUNDARY = "edge"
FIRST_HALF = (
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n\r\n'
).encode() + b"x" * 1_000_000
SECOND_HALF = b"x" * 1_000_000 + f"\r\n--{BOUNDARY}--\r\n".encode()


class SlowUpload:
    """An upload that the test sends in two halves."""

    def __init__(self, session):
        url = urlsplit(session.endpoint)
        head = (
            f"POST {url.path}/files?identifier={session.identifier}&api-version={V2025_10} HTTP/1.1\r\n"
            f"Host: {url.netloc}\r\nAuthorization: Bearer any\r\nConnection: close\r\n"
            f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n"
            f"Content-Length: {len(FIRST_HALF) + len(SECOND_HALF)}\r\n\r\n"
        )
        self._socket = socket.create_connection((url.hostname, url.port), timeout=HTTP_SECONDS)
        self._socket.sendall(head.encode() + FIRST_HALF)

    def status_and_answer(self):
        try:
            self._socket.sendall(SECOND_HALF)
        except ConnectionError:
            pass  # the upload was answered before its end
        answer = self._socket.makefile("rb").read()
        head, _, body = answer.partition(b"\r\n\r\n")
        return int(head.split()[1]), (head + body).decode()


def names_in(session):
    return [entry["name"] for entry in session.list().json()["value"]]


def delete(session):
    answer = session.send("DELETE", "session", V2025_02)
    assert answer.status_code == 204, answer.text


def test_an_upload_answers_as_an_execution_whose_session_is_deleted(emulator, session):
    session.executions("running = True")
    with concurrent.futures.ThreadPoolExecutor() as threads:
        code = "open('/mnt/data/begun', 'w'); import time; time.sleep(60)"
        execution = threads.submit(session.executions, code)
        wait_until(lambda: names_in(session) == ["begun"], "the program did not begin")
        upload = SlowUpload(session)
        sessions = Admin(emulator, "/pools/default/sessions")
        mine = {"identifier": session.identifier}
        wait_until(
            lambda: sessions.ask("GET", params=mine)["value"][0]["calls"] == 2,
            "the upload did not begin",
        )
        delete(session)
        ended = execution.result()
    status, answer = upload.status_and_answer()
    assert ended.status_code == status == 400
    error_code = ended.headers["x-ms-error-code"]
    assert error_code == "SessionWithIdentifierNotFound"
    assert f"x-ms-error-code: {error_code}" in answer
    assert names_in(session) == []  # the files of the new session


def test_an_upload_in_halves_is_stored_if_its_session_exists(session):
    upload = SlowUpload(session)
    assert names_in(session) == []
    status, answer = upload.status_and_answer()
    assert status == 200, answer
    assert session.content("a.bin").content == b"x" * 2_000_000
