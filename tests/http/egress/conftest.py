"""A neighbour that serves a web site, and a server whose sessions can reach it."""

import socket
import threading
import zipfile

import pytest

from support import neighbour
from support.egress import GREETING, OPEN
from support.emulator import Emulator
from support.reach import answer


@pytest.fixture(scope="module")
def resolver_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("names") / "resolv.conf"
    path.write_text(f"nameserver {neighbour.NAME_SERVER}\n")
    return path


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    """The neighbour's web site: a greeting and a package index with one package."""
    directory = tmp_path_factory.mktemp("web")
    (directory / "greeting").write_text(GREETING)
    wheel = directory / "simple/nextdoor/nextdoor-1.0-py3-none-any.whl"
    wheel.parent.mkdir(parents=True)
    info = "nextdoor-1.0.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("nextdoor.py", "where = __file__\n")
        archive.writestr(
            f"{info}/METADATA", "Metadata-Version: 2.1\nName: nextdoor\nVersion: 1.0\n"
        )
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")
    (wheel.parent / "index.html").write_text(f'<a href="{wheel.name}">{wheel.name}</a>')
    with neighbour.neighbour(directory):
        yield


@pytest.fixture(scope="module")
def next_to_neighbour(web, resolver_file):
    """Returns a command prefix under which a server uses the neighbour's name server."""
    return neighbour.with_own_files({"/etc/resolv.conf": resolver_file})


@pytest.fixture(scope="module")
def open_server(next_to_neighbour):
    server = Emulator(*OPEN, before=next_to_neighbour)
    yield server
    server.stop()


@pytest.fixture
def start_open(emulator_factory, next_to_neighbour):
    """Returns a function that starts another server with egress, for this test only."""
    return lambda *arguments: emulator_factory(*OPEN, *arguments, before=next_to_neighbour)


@pytest.fixture
def open_session(open_server):
    fresh = open_server.session()
    yield fresh
    fresh.end()


@pytest.fixture
def canary():
    """Returns the port of a listener on every address of this host."""
    with socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True) as listener:
        threading.Thread(target=answer, args=(listener,), daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
