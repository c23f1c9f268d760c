"""Clients that leave connections open do not lock out others, and the log names them."""

import contextlib
import re
import resource
import socket
from urllib.parse import urlsplit

import pytest
import requests

from support.emulator import HTTP_SECONDS
from support.waiting import wait_until

MOST_CONNECTIONS = 1024
OPENED = 1100


@pytest.fixture
def descriptors():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 2 * OPENED:
        pytest.skip(f"this process can have only {hard} open files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2 * OPENED), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture
def server(emulator_factory):
    return emulator_factory("--no-zygote", "--ready-sessions", "0")


@contextlib.contextmanager
def leaked_connections(url, count):
    """Opens connections that receive one answer each and stay open."""
    address = urlsplit(url)
    request = f"GET /health/live HTTP/1.1\r\nHost: {address.netloc}\r\n\r\n".encode()
    with contextlib.ExitStack() as stack:
        opened = []
        for _ in range(count):
            connection = socket.create_connection((address.hostname, address.port), HTTP_SECONDS)
            opened.append(stack.enter_context(connection))
            connection.sendall(request)
            assert connection.recv(64).startswith(b"HTTP/1.1 200")
        yield opened


def is_open(connection):
    connection.setblocking(False)
    try:
        while connection.recv(65536):
            pass
        return False
    except BlockingIOError:
        return True
    except ConnectionError:
        return False


def test_more_idle_connections_than_there_are_places_lock_no_client_out(descriptors, server):
    with leaked_connections(server.admin, OPENED) as opened:
        for _ in range(10):
            assert (
                requests.get(f"{server.admin}/health/live", timeout=HTTP_SECONDS).status_code == 200
            )
        # The oldest was closed to make room, the newest are still served.
        wait_until(lambda: not is_open(opened[0]), "the oldest connection stays open")
        assert is_open(opened[-1])
        wait_until(
            lambda: sum(map(is_open, opened)) <= MOST_CONNECTIONS, "too many connections stay open"
        )
    log = server.await_log("idle connections open")
    told = re.findall(r"127\.0\.0\.1 keeps (\d+) idle connections open", log)
    assert len(told) == 1 and MOST_CONNECTIONS // 4 <= int(told[0]) <= MOST_CONNECTIONS


def test_few_idle_connections_stay_open_and_are_not_reported(descriptors, server):
    with leaked_connections(server.admin, 100) as opened:
        assert requests.get(f"{server.admin}/health/live", timeout=HTTP_SECONDS).status_code == 200
        assert all(map(is_open, opened))
    server.stop()
    assert "idle connections" not in server.stderr()


def test_places_are_free_again_when_clients_have_gone(descriptors, server):
    for _ in range(3):
        with leaked_connections(server.admin, OPENED // 2):
            pass
    wait_until(
        lambda: requests.get(f"{server.admin}/health/live", timeout=HTTP_SECONDS).status_code
        == 200,
        "no place became free",
    )
