"""Uploads and downloads, compared with the bare copy of as many bytes from socket to socket."""

import os
import socket
import threading
import uuid

import processes
from samples import Row, Samples
from server import running

SIZES = {"1 KB": (1000, 200), "1 MB": (1_000_000, 30), "128 MB": (128_000_000, 5)}
SOCKET_CHUNK = 1 << 16


class Loopback:
    """Two connected sockets, with only the kernel between them."""

    def __init__(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self._sender = socket.create_connection(listener.getsockname())
            self._receiver, _ = listener.accept()

    def copy(self, content, into):
        sending = threading.Thread(target=self._sender.sendall, args=(content,))
        sending.start()
        view, filled = memoryview(into), 0
        while filled < len(into):
            filled += self._receiver.recv_into(view[filled : filled + SOCKET_CHUNK])
        sending.join()

    def close(self):
        self._sender.close()
        self._receiver.close()


def transfer(connection, size, rounds):
    """Measures bare copies, uploads and downloads in turn, so that all run under the same
    conditions."""
    copy, upload, download = Samples(), Samples(), Samples()
    content, returned, loopback = os.urandom(size), bytearray(size), Loopback()
    identifier = uuid.uuid4()
    connection.execute(identifier, "1 + 1")
    for number in range(rounds):
        name = f"{number}.bin"
        copy.time(lambda: loopback.copy(content, returned))
        upload.time(lambda: connection.upload(identifier, name, content))
        download.time(lambda: connection.download(identifier, name, returned))
        assert returned == content
    loopback.close()
    connection.end(identifier)
    return copy, upload, download


def measure():
    rows = []
    with running("--ready-sessions", "0") as (server, connection):
        before = Samples([processes.status(server.pid, "VmHWM")], "B")
        for name, (size, rounds) in SIZES.items():
            copy, upload, download = transfer(connection, size, rounds)
            rows.append(Row(f"upload of {name}", upload, "a bare loopback copy", copy))
            rows.append(Row(f"download of {name}", download, "a bare loopback copy", copy))
        after = Samples([processes.status(server.pid, "VmHWM")], "B")
    return [*rows, Row("peak memory of the server after these", after, "before them", before)]
