"""The costs of driving a pool from a test, and the costs of that ability for every request."""

import concurrent.futures
import http.client
import json
import subprocess
import uuid
from pathlib import Path
from urllib.parse import urlsplit

from samples import Row, Samples, timed
from server import BINARY, running

WARM = 300
RESETS, PER_RESET = 20, 10
DUE = 1000
FILLING_CLIENTS = 8
EXCHANGES = 20_000
COST = Path(BINARY).parent / "tests/bench/exchange_cost"


class AdminClient:
    """One keep-alive connection to the admin API, for the pool of an endpoint."""

    def __init__(self, server):
        self._pool = urlsplit(server.endpoint).path
        self._connection = http.client.HTTPConnection(urlsplit(server.admin).netloc, timeout=120)

    def ask(self, method, path, members=None):
        body = None if members is None else json.dumps(members)
        self._connection.request(method, self._pool + path, body)
        answer = self._connection.getresponse()
        text = answer.read()
        assert answer.status == 200, (answer.status, text)
        return json.loads(text)


def resets():
    """Seconds of a reset of ten sessions, and of a warm call."""
    taken = Samples()
    with running("--max-sessions", "100") as (server, connection):
        quiet = timed(lambda: connection.execute("bystander", "1 + 1"), WARM)
        admin = AdminClient(server)
        admin.ask("POST", "/reset")
        for _ in range(RESETS):
            for number in range(PER_RESET):
                connection.execute(f"user-{number}", "x = 1")
            ended = taken.time(lambda: admin.ask("POST", "/reset"))
            assert ended["sessionsEnded"] == PER_RESET, ended
    return taken, quiet


def fill(server, identifiers):
    connection = server.connect()
    for identifier in identifiers:
        connection.execute(identifier, "1")
    connection.close()


def advance():
    """Seconds of a move past the cooldown of a thousand sessions, and the calls of another pool."""
    with running("--max-sessions", str(DUE + 10), "--ready-sessions", "0") as (server, connection):
        other = server.connect(pool="other")
        quiet = timed(lambda: other.execute("bystander", "1 + 1"), WARM)
        each = DUE // FILLING_CLIENTS
        names = [[uuid.uuid4() for _ in range(each)] for _ in range(FILLING_CLIENTS)]
        with concurrent.futures.ThreadPoolExecutor(FILLING_CLIENTS) as threads:
            list(threads.map(lambda part: fill(server, part), names))
        taken, amid = Samples(), Samples()
        with concurrent.futures.ThreadPoolExecutor(1) as threads:
            admin = AdminClient(server)
            moved = threads.submit(
                lambda: taken.time(lambda: admin.ask("POST", "/clock/advance", {"seconds": 301}))
            )
            while not moved.done() or len(amid.values) < 20:
                amid.time(lambda: other.execute("bystander", "1 + 1"))
            fired = moved.result()["fired"]
        other.close()
        assert len(fired) == DUE, len(fired)
    return taken, amid, quiet


def cost():
    """Seconds that journal and metrics add to a request."""
    output = subprocess.check_output([COST, str(EXCHANGES)], text=True)
    return Samples([float(line) / 1e6 for line in output.splitlines()])


def measure():
    reset, warm = resets()
    moved, amid, quiet = advance()
    return [
        Row(f"reset of {PER_RESET} sessions", reset, "warm `1 + 1`", warm),
        Row(f"`advance` over {DUE} sessions that are due", moved, "warm `1 + 1`", quiet),
        Row("warm `1 + 1` of another pool during the move", amid, "the same alone", quiet),
        Row("journal and metrics, of each request", cost(), "warm `1 + 1`", warm),
    ]
