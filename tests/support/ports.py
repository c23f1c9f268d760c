"""Ports of the loopback interface that no other process takes while a test uses them."""

import contextlib
import random
import socket
from pathlib import Path

HOST = "127.0.0.1"
LOWEST = 10_000


@contextlib.contextmanager
def refusing_port():
    """Yields a port on which connections are refused: it is bound, and nothing listens on it."""
    with socket.socket() as held:
        held.bind((HOST, 0))
        yield held.getsockname()[1]


def free_ports(count):
    """Returns ports for servers that cannot choose them. The kernel gives none of them to a program
    that asks for any port, so that only another call of this function could take one."""
    first_of_kernel = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    candidates = random.SystemRandom().sample(range(LOWEST, first_of_kernel), 100)
    return [port for port in candidates if _is_free(port)][:count]


def _is_free(port):
    with socket.socket() as tried:
        try:
            tried.bind((HOST, port))
        except OSError:
            return False
    return True
