"""Memory of sessions, and how they end."""

import contextlib
import time
import uuid

import processes
from gateway import Gateway, GatewayKernel
from kernels import JupyterKernel, as_in_a_session
from samples import Row, Samples
from server import running

IDLE, ENDINGS = 5, 20
SETTLE_SECONDS = 3.0  # the time to prepare idle interpreters; no event reports its end
PANDAS = "import pandas\nlen(pandas.DataFrame({'n': range(1000)}).describe())"


def idle_interpreters():
    """Returns the private memory of interpreters that wait for a session."""
    with running("--ready-sessions", str(IDLE)) as (server, _):
        time.sleep(SETTLE_SECONDS)
        sizes = [processes.private_bytes(pid) for pid in processes.interpreters(server.pid)]
    assert len(sizes) == IDLE, sizes
    return Samples(sizes, "B")


def used_sessions():
    """Returns the private memory of interpreters that ran a pandas cell, and of the server."""
    with running("--ready-sessions", "0") as (server, connection):
        for _ in range(IDLE):
            connection.execute(uuid.uuid4(), PANDAS)
        sizes = [processes.private_bytes(pid) for pid in processes.interpreters(server.pid)]
        assert len(sizes) == IDLE, sizes
        return Samples(sizes, "B"), Samples([processes.status(server.pid, "VmRSS")], "B")


def jupyter_kernel():
    """Returns the private memory of a new kernel, and after the same cell."""
    with contextlib.closing(JupyterKernel()) as kernel:
        pid = int(str(kernel.execute("import os\nos.getpid()").value))
        fresh = processes.private_bytes(pid)
        kernel.execute(f"{as_in_a_session()}\n{PANDAS}")
        used = processes.private_bytes(pid)
    return Samples([fresh], "B"), Samples([used], "B")


def endings():
    """Returns seconds until the answer to DELETE, and until no process of the session is left."""
    answered, gone = Samples(), Samples()
    with running("--ready-sessions", "0") as (server, connection):
        for _ in range(ENDINGS):
            identifier, before = uuid.uuid4(), set(processes.interpreters(server.pid))
            connection.execute(identifier, "6 * 7")
            (interpreter,) = set(processes.interpreters(server.pid)) - before
            room = processes.in_same_room(server.pid, interpreter)
            started = time.perf_counter()
            connection.end(identifier)
            answered.values.append(time.perf_counter() - started)
            while any(map(processes.exists, room)):
                time.sleep(0.0002)
            gone.values.append(time.perf_counter() - started)
    return answered, gone


def endings_of_gateway():
    samples = Samples()
    with contextlib.closing(Gateway()) as gateway:
        for _ in range(5):
            kernel = GatewayKernel(gateway)
            kernel.execute("6 * 7")
            samples.time(kernel.close)
    return samples


def measure():
    fresh, used = jupyter_kernel()
    kernel = "a Jupyter kernel"
    sessions, server = used_sessions()
    answered, gone = endings()
    gateway = ("a kernel of the gateway", endings_of_gateway())
    return [
        Row("memory of an idle ready session", idle_interpreters(), kernel, fresh),
        Row("memory of a session that used pandas", sessions, kernel, used),
        Row("memory of the server itself", server, kernel, fresh),
        Row("end of a session, until answered", answered, *gateway),
        Row("end of a session, until nothing is left", gone, *gateway),
    ]
