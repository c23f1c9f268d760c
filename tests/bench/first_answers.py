"""Time to the first answer: of the server itself, and of new sessions."""

import contextlib
import os
import subprocess
import time
import uuid
from pathlib import Path

import page_cache
from gateway import Gateway, GatewayKernel
from kernels import SESSION_PYTHON, as_in_a_session
from programs import run_in_bubblewrap, run_pyodide, run_python
from samples import Row, Samples, timed
from server import Server, running

ROUNDS, FORKS, STARTS = 5, 20, 3
REFILL_SECONDS = 0.5  # the time to prepare the next interpreter; no event reports its end
MODULES = "numpy,pandas,matplotlib.pyplot"
STACK = "import numpy, pandas, matplotlib.pyplot"
PLAIN = "--no-zygote"


def of_sessions(code, rounds, *arguments, pause=0.0):
    samples = Samples()
    with running(*arguments) as (_, connection):
        busy = uuid.uuid4()
        connection.execute(busy, code)
        for _ in range(rounds):
            wait_working(connection, busy, pause)
            identifier = uuid.uuid4()
            samples.time(lambda: connection.execute(identifier, code))
            connection.end(identifier)
    return samples


def wait_working(connection, identifier, seconds):
    """Another session works during the wait: a machine that sleeps takes a millisecond to wake
    up."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        connection.execute(identifier, "1 + 1")


def ready(code):
    return of_sessions(code, FORKS, "--ready-sessions", "1", pause=REFILL_SECONDS)


def none_ready(code, *arguments):
    rounds = ROUNDS if arguments else FORKS
    return of_sessions(code, rounds, "--ready-sessions", "0", *arguments, pause=0.05)


def of_gateway(code, gateway):
    def start_and_ask():
        kernel = stack.enter_context(contextlib.closing(GatewayKernel(gateway)))
        kernel.execute(code)

    with contextlib.ExitStack() as stack:
        return timed(start_and_ask, ROUNDS)


def forks_into_namespaces():
    script = Path(__file__).with_name("fork_limit.py")
    command = [SESSION_PYTHON, script, f"{MODULES},IPython", str(FORKS)]
    single = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}  # the zygote sets the same variable
    lines = subprocess.check_output(command, env=single, text=True).split()
    return Samples([float(line) for line in lines])


def of_servers(before=lambda: None):
    """Returns seconds until the server listens, and until the first answer."""
    serve, answer = Samples(), Samples()

    def start_and_ask():
        server = stack.enter_context(stopping(Server("--ready-sessions", "0")))
        serve.values.append(server.seconds_to_serve)
        stack.enter_context(contextlib.closing(server.connect())).execute(uuid.uuid4(), "6 * 7")

    for _ in range(STARTS + 1):  # the first start makes the certificate
        before()
        with contextlib.ExitStack() as stack:
            answer.time(start_and_ask)
    return Samples(serve.values[1:]), Samples(answer.values[1:])


def of_gateways():
    serve, answer = Samples(), Samples()

    def start_and_ask():
        gateway = stack.enter_context(contextlib.closing(Gateway()))
        serve.values.append(gateway.seconds_to_serve)
        stack.enter_context(contextlib.closing(GatewayKernel(gateway))).execute("6 * 7")

    for _ in range(STARTS):
        with contextlib.ExitStack() as stack:
            answer.time(start_and_ask)
    return serve, answer


@contextlib.contextmanager
def stopping(server):
    try:
        yield server
    finally:
        server.stop()


def measure():
    _, cold_answer = of_servers(page_cache.forget)
    serve, answer = of_servers()
    gateway_serve, gateway_answer = of_gateways()
    with contextlib.closing(Gateway()) as gateway:
        kernel = ("a new kernel of the gateway", of_gateway("6 * 7", gateway))
        stack_of_kernel = of_gateway(f"{as_in_a_session()}\n{STACK}", gateway)
    kernel_with_stack = ("a new kernel of the gateway, too", stack_of_kernel)
    limit = ("bare fork into new namespaces", forks_into_namespaces())
    forked, first = none_ready("6 * 7"), "first `6 * 7` of a new session"
    one_ready = ready("6 * 7")
    cold = none_ready("6 * 7", PLAIN)
    stack = "the same, importing numpy, pandas, matplotlib"
    return [
        Row("start of the server until it serves", serve, "the kernel gateway", gateway_serve),
        Row("start of the server to a first answer", answer, "the kernel gateway", gateway_answer),
        Row("the same, of files on the disk only", cold_answer, "of files in memory", answer),
        Row(f"{first}, one ready", one_ready, *limit),
        Row(f"{first}, one ready", one_ready, *kernel),
        Row(stack, ready(STACK), *kernel_with_stack),
        Row(f"{first}, none ready", forked, *limit),
        Row(f"{first}, none ready", forked, *kernel),
        Row(stack, none_ready(STACK), *kernel_with_stack),
        Row(f"{first}, `{PLAIN}`", cold, *kernel),
        Row(f"{first}, `{PLAIN}`", cold, "`python -c`", timed(lambda: run_python(""), ROUNDS)),
        Row(f"{first}, `{PLAIN}`", cold, "Pyodide in Node", timed(run_pyodide, STARTS)),
        Row(
            stack,
            none_ready(STACK, PLAIN),
            "bubblewrap and `python -c`, too",
            timed(lambda: run_in_bubblewrap(STACK), ROUNDS),
        ),
    ]
