"""A thousand live sessions, each of which has run a pandas cell; then all end together."""

import contextlib
import mmap
import threading
import time

import processes
from footprint import PANDAS
from http_client import Connection
from samples import Row, Samples, timed
from server import running

SESSIONS = 1000
SESSION_BYTES = 11 << 20  # private memory of each session
EDGE = 100  # number of first and of last sessions, whose times are compared
COOLDOWN_SECONDS = 60
BYSTANDER = "bystander"  # a session that is always warm
# After this many new sessions all are used again, so that none expires during the creation.
KEPT_UP = 250
WARM = 200


def make_sessions(connection, count):
    samples = Samples()
    for number in range(count):
        value = samples.time(lambda: connection.execute(name(number), PANDAS))
        assert value == 8, value
        if number % KEPT_UP == KEPT_UP - 1:
            touch(connection, number + 1)
    return samples


def touch(connection, count):
    """Restarts the cooldown of the sessions, and of the bystander."""
    for identifier in (BYSTANDER, *map(name, range(count))):
        connection.execute(identifier, "1 + 1")


def name(number):
    return f"many-{number:04}"


def fresh_memory():
    """Measures the access to as much memory as a session writes to, when it was not used lately: a
    virtual machine might have to ask its host for each page."""
    samples = Samples()
    with contextlib.ExitStack() as kept:  # otherwise the next allocation would get the same pages
        for _ in range(6):
            memory = kept.enter_context(mmap.mmap(-1, SESSION_BYTES))
            memory.madvise(mmap.MADV_NOHUGEPAGE)
            samples.time(lambda: touch_pages(memory))
    return samples


def touch_pages(memory):
    for page in range(0, len(memory), mmap.PAGESIZE):
        memory[page] = 1


def while_listing(endpoint, connection):
    """Measures warm executions of one session while another client lists all the time."""
    done = threading.Event()

    def list_on():
        other = Connection(endpoint)
        while not done.is_set():
            other.count_sessions()
        other.close()

    lister = threading.Thread(target=list_on)
    lister.start()
    samples = timed(lambda: connection.execute(BYSTANDER, "1 + 1"), WARM)
    done.set()
    lister.join()
    return samples


def while_expiring(server, connection):
    """Measures warm executions of one session until all others have ended, and the time that this
    takes."""
    samples = Samples()
    while connection.count_sessions() > SESSIONS:
        connection.execute(BYSTANDER, "1 + 1")
        time.sleep(0.05)
    started = time.perf_counter()
    while connection.count_sessions() > 1 or len(processes.interpreters(server.pid)) > 1:
        for _ in range(20):
            samples.time(lambda: connection.execute(BYSTANDER, "1 + 1"))
    return samples, Samples([time.perf_counter() - started])


def measure():
    arguments = ["--max-sessions", str(SESSIONS + 10), "--ready-sessions", "0"]
    with running(*arguments, "--cooldown-period", str(COOLDOWN_SECONDS)) as (server, connection):
        connection.execute(BYSTANDER, "1 + 1")
        quiet = timed(lambda: connection.execute(BYSTANDER, "1 + 1"), WARM)
        available = processes.available_bytes()
        memory_before = fresh_memory()
        making = make_sessions(connection, SESSIONS)
        memory_after = fresh_memory()
        assert connection.count_sessions() == SESSIONS + 1, "some have expired: a slow machine?"
        used = Samples([available - processes.available_bytes()], "B")
        resident = Samples([processes.status(server.pid, "VmRSS")], "B")
        amid = timed(lambda: connection.execute(BYSTANDER, "1 + 1"), WARM)
        listing = while_listing(server.endpoint, connection)
        listed = timed(connection.count_sessions, 20)
        sizes = [processes.private_bytes(pid) for pid in processes.interpreters(server.pid)]
        own = Samples([sum(sizes)], "B")
        touch(connection, SESSIONS)
        expiring, ending = while_expiring(server, connection)
    first, last = Samples(making.values[:EDGE]), Samples(making.values[-EDGE:])
    alone = ("the same with one session", quiet)
    return [
        Row(f"pandas in the last {EDGE} of {SESSIONS} new sessions", last, "in the first", first),
        Row("11 MB of new memory after them", memory_after, "before them", memory_before),
        Row(f"memory of {SESSIONS} sessions that used pandas", used, "private to them", own),
        Row(f"memory of the server with {SESSIONS}", resident, "memory of them", used),
        Row(f"warm `1 + 1` amid {SESSIONS} sessions", amid, *alone),
        Row("warm `1 + 1` while they are listed", listing, *alone),
        Row("warm `1 + 1` while they all expire", expiring, *alone),
        Row(f"list of {SESSIONS} sessions", listed, "warm `1 + 1`", quiet),
        Row(f"end of {SESSIONS} sessions at once", ending, "one new one", first),
    ]
