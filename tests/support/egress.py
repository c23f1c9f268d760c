"""Connections that sessions try to a neighbour (neighbour.py), and that others try to sessions."""

import inspect
import json

import pytest

from support import neighbour, reach

needs_neighbour = pytest.mark.skipif(
    neighbour.missing() is not None, reason=str(neighbour.missing())
)
URL = f"http://{neighbour.NAME}:{neighbour.PORT}"
GREETING = "hello from next door"
OPEN = ("--max-sessions", "1000", "--network-status", "EgressEnabled")  # options of a server
SESSION_PORT = 9000  # port of listeners inside sessions

LISTEN = f"""
{inspect.getsource(reach)}
import threading
listener = socket.create_server(("0.0.0.0", {SESSION_PORT}))
threading.Thread(target=answer, args=(listener,), daemon=True).start()
"""

FETCH = f"import urllib.request\nprint(urllib.request.urlopen('{URL}/greeting', timeout=20).read().decode())"


def run(session, code, **members):
    answer = session.executions(code, **members)
    assert answer.status_code == 200, answer.text
    return answer.json()["result"]


def probe(session, *targets, **members):
    """Returns how the session's attempt to reach each target ended (see reach.reach)."""
    probing = f"import json\nprint(json.dumps([reach(*target) for target in {list(targets)!r}]))"
    result = run(session, inspect.getsource(reach) + probing, **members)
    return json.loads(result["stdout"])
