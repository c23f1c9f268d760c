"""The load of neighbours.py: neighbours_load.py ENDPOINT results|output|unread

Three sessions work until the process is killed; prints `under way` once each has answered."""

import json
import sys
import threading
import uuid
from urllib.parse import urlsplit

from http_client import VERSION
from load import END, connect

SESSIONS = 3
UNREAD_AT_ONCE = 4  # connections of each session, of which a new one replaces the oldest
FLOOD = "import os\nfor _ in range(16):\n    for fd in (1, 2): os.write(fd, bytes(1 << 20))"
PROGRAMS = {"results": "'x' * 15_500_000", "output": FLOOD, "unread": FLOOD}


def request(endpoint, code):
    address = urlsplit(endpoint)
    body = json.dumps({"code": code, "outputStreamsMaxLength": 1 << 30}).encode()
    target = f"{address.path}/executions?api-version={VERSION}&identifier={uuid.uuid4()}"
    head = (
        f"POST {target} HTTP/1.1\r\nHost: {address.netloc}\r\nAuthorization: Bearer bench\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def read_answer(connection):
    """Reads to the end of the answer and discards it."""
    buffer, end = bytearray(1 << 20), b""
    while not end.endswith(END):
        count = connection.recv_into(buffer)
        assert count, "the server has closed the connection"
        end = (end + buffer[max(0, count - len(END)) : count])[-len(END) :]


def read_on(endpoint, words, is_under_way):
    connection = connect(endpoint)
    while True:
        connection.sendall(words)
        read_answer(connection)
        is_under_way.release()


def leave_unread(endpoint, words, is_under_way):
    unread = []
    while True:
        connection = connect(endpoint)
        connection.sendall(words)
        connection.recv(1)
        unread.append(connection)
        if len(unread) > UNREAD_AT_ONCE:
            unread.pop(0).close()
            is_under_way.release()


def main():
    endpoint, kind = sys.argv[1:]
    act = leave_unread if kind == "unread" else read_on
    is_under_way = threading.Semaphore(0)
    for _ in range(SESSIONS):
        words = request(endpoint, PROGRAMS[kind])
        threading.Thread(target=act, args=(endpoint, words, is_under_way), daemon=True).start()
    for _ in range(SESSIONS):
        is_under_way.acquire()
    print("under way", flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
