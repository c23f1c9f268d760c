"""Many new sessions at once, and many that end at once, with their effect on a warm session."""

import contextlib
import multiprocessing
import os
import select
import subprocess
import time
import uuid
from pathlib import Path

import processes
from first_answers import MODULES
from http_client import Connection
from kernels import SESSION_PYTHON
from samples import Row, Samples, timed
from server import running

BURST, ROUNDS = 100, 3
ENDINGS = 400
QUIET_CALLS = 200
FILL_SECONDS = 60


class Bystander:
    """A client in a separate process that calls one warm session all the time and records each
    latency."""

    def __init__(self, endpoint):
        self._results, other_end = multiprocessing.Pipe()
        self._process = multiprocessing.Process(target=self._work, args=(endpoint, other_end))
        self._process.start()
        self._results.recv()  # the bystander reports that its session is warm

    @staticmethod
    def _work(endpoint, results):
        connection, identifier, samples = Connection(endpoint), uuid.uuid4(), Samples()
        connection.execute(identifier, "1 + 1")
        results.send("warm")
        while not results.poll():
            samples.time(lambda: connection.execute(identifier, "1 + 1"))
        connection.end(identifier)
        results.send(samples.values)

    def stop(self):
        self._results.send("stop")
        values = self._results.recv()
        self._process.join()
        return Samples(values)


@contextlib.contextmanager
def bystanding(endpoint, into):
    bystander = Bystander(endpoint)
    try:
        yield
    finally:
        into.values += bystander.stop().values


@contextlib.contextmanager
def connections(endpoint, count):
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(contextlib.closing(Connection(endpoint))) for _ in range(count)]


def names(count=BURST):
    return [uuid.uuid4() for _ in range(count)]


def at_once(clients, identifiers):
    """Sends all requests before it reads any answer."""
    for client, identifier in zip(clients, identifiers):
        client.begin_execute(identifier, "6 * 7")
    for client in clients:
        assert client.finish_execute() == 42


def one_by_one(client, identifiers):
    for identifier in identifiers:
        assert client.execute(identifier, "6 * 7") == 42


def end_all(clients, identifiers, server):
    """Ends the sessions, waits until their interpreters have exited, and returns the seconds."""
    with contextlib.ExitStack() as stack:
        alive = stack.enter_context(select.epoll())
        count = 0
        for pid in processes.interpreters(server.pid):
            with contextlib.suppress(ProcessLookupError):  # the session has just ended
                process = os.pidfd_open(pid)
                stack.callback(os.close, process)
                alive.register(process, select.EPOLLIN | select.EPOLLONESHOT)
                count += 1
        kept = count - len(identifiers)  # interpreters of the reserve and the bystander
        started = time.perf_counter()
        for client, identifier in zip(clients, identifiers, strict=True):
            client.begin_end(identifier)
        for client in clients:
            client.finish_end()
        while count > kept:
            count -= len(alive.poll())
        return time.perf_counter() - started


def new_sessions():
    """Returns the seconds for a hundred new sessions at once and for a hundred one by one, and the
    calls of a bystander."""
    together, apart, amid = Samples(), Samples(), Samples()
    arguments = ["--max-sessions", str(2 * BURST), "--ready-sessions", "0"]
    with running(*arguments) as (server, client), connections(server.endpoint, BURST) as clients:
        for _ in range(ROUNDS):
            identifiers = names()
            apart.time(lambda: one_by_one(client, identifiers))
            end_all(clients, identifiers, server)
            identifiers = names()
            together.time(lambda: at_once(clients, identifiers))
            end_all(clients, identifiers, server)
        with bystanding(server.endpoint, amid):
            identifiers = names()
            at_once(clients, identifiers)
        end_all(clients, identifiers, server)
    return together, apart, amid


def from_reserve():
    """Returns the seconds for each of a hundred new sessions at once if a hundred are ready, and
    the calls of a bystander."""
    each, amid = Samples(), Samples()
    arguments = ["--max-sessions", str(3 * BURST), "--ready-sessions", str(BURST)]
    with running(*arguments) as (server, client), connections(server.endpoint, BURST) as clients:
        for round_number in range(ROUNDS + 1):
            await_reserve(server)
            identifiers = names()
            if round_number == ROUNDS:
                with bystanding(server.endpoint, amid):
                    at_once(clients, identifiers)
            else:
                each.values.append(timed(lambda: at_once(clients, identifiers), 1).median / BURST)
            end_all(clients, identifiers, server)
    return each, amid


def await_reserve(server):
    end = time.monotonic() + FILL_SECONDS
    while len(processes.interpreters(server.pid)) < BURST:
        assert time.monotonic() < end, "the reserve does not fill up"
        time.sleep(0.2)


def endings():
    """Returns the seconds until ENDINGS sessions have ended, and the calls of a bystander while
    that many end. Both are measured separately, because the bystander takes a processor from the
    others."""
    taken, amid = Samples(), Samples()
    arguments = ["--max-sessions", str(ENDINGS + 10), "--ready-sessions", "0"]
    with running(*arguments) as (server, client), connections(server.endpoint, ENDINGS) as clients:
        for round_number in range(ROUNDS + 1):
            identifiers = names(ENDINGS)
            one_by_one(client, identifiers)
            if round_number == ROUNDS:
                with bystanding(server.endpoint, amid):
                    end_all(clients, identifiers, server)
            else:
                taken.values.append(end_all(clients, identifiers, server))
    return taken, amid


def bare_endings():
    script = Path(__file__).with_name("fork_limit.py")
    command = [SESSION_PYTHON, script, f"{MODULES},IPython", "0", *ROUNDS * [str(ENDINGS)]]
    single = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}  # the zygote sets the same variable
    seconds = subprocess.check_output(command, env=single, text=True).split()
    return Samples([float(one) for one in seconds])


def measure():
    with running() as (_, client):
        session = uuid.uuid4()
        quiet = timed(lambda: client.execute(session, "1 + 1"), QUIET_CALLS)
    together, apart, amid_making = new_sessions()
    reserved, amid_reserved = from_reserve()
    ended, amid_ending = endings()
    alone = ("the same with one session", quiet)
    new = f"{BURST} new sessions"
    return [
        Row(f"{new} at once", together, "one by one", apart),
        Row(f"each of {new} at once, {BURST} ready", reserved, "warm `1 + 1`", quiet),
        Row(f"end of {ENDINGS} sessions at once", ended, "of as many bare forks", bare_endings()),
        Row(f"warm `1 + 1` during {new} at once", amid_making, *alone),
        Row("warm `1 + 1` during the same from the reserve", amid_reserved, *alone),
        Row(f"warm `1 + 1` while {ENDINGS} sessions end", amid_ending, *alone),
    ]
