"""Programs in existing sessions: alone, next to others, and in as many as there can be."""

import base64
import contextlib
import multiprocessing
import os
import socket
import subprocess
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gateway import Gateway, GatewayKernel
from kernels import SESSION_PYTHON, Cell, InProcessShell, JupyterKernel, as_in_a_session
from load import ask_for
from samples import MEBIBYTE, Row, Samples, timed
from server import running

ROUNDS = 10  # alternating, so that other load on the machine affects all of them
SECONDS = 3  # duration of each load
LOAD_ROUNDS = 5  # alternating, too
ECHO_BYTES = 500
MANY = 64
MODULES = "numpy,pandas,matplotlib.pyplot"  # the modules that a session has loaded


@dataclass(frozen=True)
class WarmCell:
    what: str
    code: str
    per_round: int
    is_right: Callable  # checks the Cell that it gave


# The overhead of a cell: little output, much output, a large value, an image.
CELLS = [
    WarmCell("warm `1 + 1`", "1 + 1", 100, lambda cell: str(cell.value) == "2"),
    WarmCell(
        "1 MB of stdout",
        "for _ in range(1024): print('x' * 1023)",
        5,
        lambda cell: len(cell.stdout) == MEBIBYTE,
    ),
    WarmCell(
        "a DataFrame of 1000 rows",
        "import pandas\npandas.set_option('display.max_rows', None)\n"
        "pandas.DataFrame({'n': range(1000), 'seventh': [n / 7 for n in range(1000)]})",
        5,
        lambda cell: str(cell.value).count("\n") == 1000,
    ),
    WarmCell(
        "a figure",
        "import matplotlib.pyplot as plt\nplt.plot(range(100))\nplt.show()",
        5,
        lambda cell: base64.b64decode(cell.image).startswith(b"\x89PNG"),
    ),
]


def in_session(connection, identifier, code):
    """Returns the Cell of an HTTP answer."""
    result = connection.run(identifier, code, outputStreamsMaxLength=2 * MEBIBYTE)
    value = result["executionResult"]
    if isinstance(value, dict):
        return Cell(result["stdout"], image=value["base64_data"])
    return Cell(result["stdout"], value)


def time_cell(ways, cell):
    """Returns samples by way."""
    samples = {name: Samples() for name in ways}
    for name, execute in ways.items():  # the first execution is not warm
        assert cell.is_right(gave := execute(cell.code)), (name, cell.code, gave)
    for _ in range(ROUNDS):
        for name, execute in ways.items():
            for _ in range(cell.per_round):
                samples[name].time(lambda: execute(cell.code))
    return samples


def cells():
    """Measures each of CELLS in a session, in a kernel and in this process."""
    identifier, shell = uuid.uuid4(), InProcessShell()
    with running() as (_, connection), contextlib.closing(JupyterKernel()) as jupyter:
        ways = {
            "session": lambda code: in_session(connection, identifier, code),
            "a Jupyter kernel": jupyter.execute,
            "IPython in-process": shell.execute,
        }
        for execute in (jupyter.execute, shell.execute):
            execute(as_in_a_session())
        for cell in CELLS:
            samples = time_cell(ways, cell)
            ours = samples.pop("session")
            for alternative, other in samples.items():
                yield Row(f"{cell.what} over HTTP", ours, alternative, other)


def session_and_gateway():
    """Measures one session that is used all the time, and a kernel of the gateway."""
    ours, theirs, session = Samples(), Samples(), uuid.uuid4()
    with contextlib.ExitStack() as running_here:
        gateway = running_here.enter_context(contextlib.closing(Gateway()))
        kernel = running_here.enter_context(contextlib.closing(GatewayKernel(gateway)))
        server, connection = running_here.enter_context(running())
        for _ in range(10):
            kernel.execute("1 + 1")
            connection.execute(session, "1 + 1")
        for _ in range(LOAD_ROUNDS):
            ours.values += ask_for(SECONDS / LOAD_ROUNDS, server.endpoint, [session])[0].values
            theirs.values += timed(lambda: kernel.execute("1 + 1"), 40).values
    return ours, theirs


def echo(listener):
    connection, _ = listener.accept()
    with connection:
        while data := connection.recv(ECHO_BYTES):
            connection.sendall(data)


def loopback_echo():
    """Measures a round trip between two processes."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        process = multiprocessing.get_context("fork").Process(target=echo, args=(listener,))
        process.start()
        with socket.create_connection(listener.getsockname()) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

            def there_and_back():
                connection.sendall(b"x" * ECHO_BYTES)
                assert len(connection.recv(ECHO_BYTES)) == ECHO_BYTES

            samples = timed(there_and_back, 2000)
    process.join()
    return samples


def count_cells(counts):
    shell, end, count = InProcessShell(), time.perf_counter() + SECONDS, 0
    while time.perf_counter() < end:
        shell.execute("1 + 1")
        count += 1
    counts.put(count / SECONDS)


def bare_loops():
    """Returns cells per second in as many IPythons as there are cores."""
    context = multiprocessing.get_context("spawn")
    counts = context.Queue()
    loops = [context.Process(target=count_cells, args=(counts,)) for _ in os.sched_getaffinity(0)]
    for loop in loops:
        loop.start()
    total = sum(counts.get() for _ in loops)
    for loop in loops:
        loop.join()
    return Samples([total], "/s")


def bare_pool():
    """Returns cells per second in as many IPythons as there are sessions. The rate is below
    bare_loops(), because each cell finds another process's data in the caches, and the cores also
    run a client."""
    script = Path(__file__).with_name("bare_pool.py")
    command = [SESSION_PYTHON, script, MODULES, str(MANY), str(SECONDS)]
    single = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}  # the zygote sets the same variable
    return float(subprocess.check_output(command, env=single))


def loads():
    """Measures latencies by the number of sessions that are used all the time, then the rate with
    most sessions, and the rate of as many bare IPythons."""
    with running("--max-sessions", "100") as (server, connection):
        sessions = [uuid.uuid4() for _ in range(MANY)]
        for identifier in sessions:
            connection.execute(identifier, "1 + 1")
        ours, bare = [], []
        latencies = {
            count: ask_for(SECONDS, server.endpoint, sessions[:count])[0] for count in (8, MANY)
        }
        for _ in range(LOAD_ROUNDS):
            ours.append(ask_for(SECONDS, server.endpoint, sessions)[1])
            bare.append(bare_pool())
        return latencies, Samples(ours, "/s"), Samples(bare, "/s")


def measure():
    alone, gateway = session_and_gateway()
    latencies, rate, rate_of_bare = loads()
    return [
        Row("warm `1 + 1` over HTTP, bare client", alone, "the kernel gateway", gateway),
        Row("warm `1 + 1` over HTTP, bare client", alone, "loopback echo", loopback_echo()),
        Row("the same in each of 8 sessions at once", latencies[8], "one alone", alone),
        Row("the same in each of 64 sessions at once", latencies[MANY], "one alone", alone),
        Row("executions in 64 sessions", rate, "bare IPython loops", bare_loops()),
        Row("executions in 64 sessions", rate, "64 bare IPythons", rate_of_bare),
        *cells(),
    ]
