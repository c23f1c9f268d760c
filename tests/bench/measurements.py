"""Each benchmark: what it does, how often, and what it compares with in the same run."""

import base64
import contextlib
import os
import socket
import threading
import time
import uuid
from dataclasses import dataclass
from typing import Callable

from http_client import Connection
from kernels import Cell, InProcessShell, JupyterKernel, as_in_a_session
from samples import MEBIBYTE, Samples, peak_memory
from support.emulator import Emulator

FIRST_ANSWERS = 12
KERNEL_STARTS = 5
REFILL_SECONDS = 1.0  # in which the next interpreter is started; nothing tells when it is
WARM_ROUNDS = 10  # alternating, so that whatever else the machine does meets all of them
TRANSFER_ROUNDS = 5
TRANSFER_BYTES = 127 * MEBIBYTE  # the limit of an upload is 128
SOCKET_CHUNK = 1 << 16


@contextlib.contextmanager
def running(*arguments):
    server = Emulator("--log-level", "error", *arguments)
    connection = Connection(server.endpoint)
    try:
        yield server, connection
    finally:
        connection.close()
        server.stop()


def first_answers(ready_sessions):
    """Of sessions that nobody asked for before."""
    samples = Samples()
    with running("--ready-sessions", str(ready_sessions)) as (_, connection):
        # Not counted: the server's own first interpreter, which proves that it can.
        for _ in range(2):
            connection.execute(uuid.uuid4(), "6 * 7")
        for _ in range(FIRST_ANSWERS):
            if ready_sessions:
                time.sleep(REFILL_SECONDS)
            identifier = uuid.uuid4()
            value = samples.time(lambda: connection.execute(identifier, "6 * 7"))
            assert value == 42, value
    return samples


def kernel_starts():
    samples = Samples()
    for _ in range(KERNEL_STARTS):
        with contextlib.ExitStack() as stack:

            def start_and_ask():
                kernel = stack.enter_context(contextlib.closing(JupyterKernel()))
                return kernel.execute("6 * 7")

            assert samples.time(start_and_ask).value == "42"
    return samples


@dataclass(frozen=True)
class WarmCell:
    code: str
    per_round: int
    is_right: Callable  # of the Cell that it gave


# What a cell costs beside what it computes: little, much output, a large value, an image.
WARM_CELLS = {
    "onePlusOne": WarmCell("1 + 1", 100, lambda cell: str(cell.value) == "2"),
    "megabyte": WarmCell(
        "for _ in range(1024): print('x' * 1023)", 5, lambda cell: len(cell.stdout) == MEBIBYTE
    ),
    "dataFrame": WarmCell(
        "import pandas\npandas.set_option('display.max_rows', None)\n"
        "pandas.DataFrame({'n': range(1000), 'seventh': [n / 7 for n in range(1000)]})",
        5,
        lambda cell: str(cell.value).count("\n") == 1000,
    ),
    "figure": WarmCell(
        "import matplotlib.pyplot as plt\nplt.plot(range(100))\nplt.show()",
        5,
        lambda cell: base64.b64decode(cell.image).startswith(b"\x89PNG"),
    ),
}


def in_session(connection, identifier, code):
    """The Cell, as HTTP tells of it."""
    result = connection.run(identifier, code, outputStreamsMaxLength=2 * MEBIBYTE)
    value = result["executionResult"]
    if isinstance(value, dict):
        return Cell(result["stdout"], image=value["base64_data"])
    return Cell(result["stdout"], value)


def warm_cells():
    """Each of WARM_CELLS in a session, in a kernel and in this process."""
    identifier = uuid.uuid4()
    shell = InProcessShell()
    with running() as (_, connection), contextlib.closing(JupyterKernel()) as jupyter:
        ways = {
            "session": lambda code: in_session(connection, identifier, code),
            "jupyterKernel": jupyter.execute,
            "inProcess": shell.execute,
        }
        for execute in (jupyter.execute, shell.execute):
            execute(as_in_a_session())
        return {name: time_cell(ways, cell) for name, cell in WARM_CELLS.items()}


def time_cell(ways, cell):
    samples = {name: Samples() for name in ways}
    for name, execute in ways.items():  # the first one is not a warm one
        assert cell.is_right(gave := execute(cell.code)), (name, cell.code, gave)
    for _ in range(WARM_ROUNDS):
        for name, execute in ways.items():
            for _ in range(cell.per_round):
                samples[name].time(lambda: execute(cell.code))
    return samples


def transfers():
    """A file there and back beside the bare copy of it from socket to socket, and peak memory."""
    copy, upload, download = Samples(), Samples(), Samples()
    content, returned = os.urandom(TRANSFER_BYTES), bytearray(TRANSFER_BYTES)
    identifier = uuid.uuid4()
    with running() as (server, connection):
        connection.execute(identifier, "1 + 1")
        before = peak_memory(server.pid)
        for _ in range(TRANSFER_ROUNDS):
            copy.time(lambda: copy_over_loopback(content, returned))
            upload.time(lambda: connection.upload(identifier, "large.bin", content))
            download.time(lambda: connection.download(identifier, "large.bin", returned))
            assert returned == content
        after = peak_memory(server.pid)
    samples = {"loopbackCopy": copy, "upload": upload, "download": download}
    return samples, {"peakBefore": before, "peakAfter": after}


def copy_over_loopback(content, into):
    """From one socket to another, with nothing but the kernel between them."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        sender = socket.create_connection(listener.getsockname())
        receiver, _ = listener.accept()
    with sender, receiver:
        sending = threading.Thread(target=sender.sendall, args=(content,))
        sending.start()
        view, filled = memoryview(into), 0
        while filled < len(into):
            filled += receiver.recv_into(view[filled : filled + SOCKET_CHUNK])
        sending.join()
