"""What sessions try on a network with a neighbour (neighbour.py), and who tries to reach them."""

import json
import socket

import pytest

from support import neighbour

needs_neighbour = pytest.mark.skipif(
    neighbour.missing() is not None, reason=str(neighbour.missing())
)
URL = f"http://{neighbour.NAME}:{neighbour.PORT}"
GREETING = "hello from next door"
OPEN = ("--max-sessions", "1000", "--network-status", "EgressEnabled")  # of a server
SESSION_PORT = 9000  # of listeners inside sessions

# In a session: how an attempt to connect to each target ended.
PROBE = """
import json, socket
def probe(address, port, device=None):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as client:
        client.settimeout(2)
        try:
            if device:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
            client.connect((address, port))
            return "connected"
        except OSError as error:
            return type(error).__name__
print(json.dumps([probe(*target) for target in json.loads({targets!r})]))
"""

LISTEN = f"""
import socket, threading
listener = socket.create_server(("0.0.0.0", {SESSION_PORT}))
def accept():
    while True:
        listener.accept()[0].close()
threading.Thread(target=accept, daemon=True).start()
"""

FETCH = f"import urllib.request\nprint(urllib.request.urlopen('{URL}/greeting', timeout=20).read().decode())"


def run(session, code, **members):
    answer = session.executions(code, **members)
    assert answer.status_code == 200, answer.text
    return answer.json()["result"]


def probe(session, *targets, **members):
    result = run(session, PROBE.format(targets=json.dumps(targets)), **members)
    return json.loads(result["stdout"])


def is_reachable_from_here(address, port):
    with socket.create_connection((address, port), timeout=5):
        return True
