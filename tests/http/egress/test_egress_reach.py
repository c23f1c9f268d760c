"""Targets that a session reaches over the network, by --network-status, or never reaches."""

import os
import signal
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from support import neighbour
from support.egress import (
    FETCH,
    GREETING,
    LISTEN,
    SESSION_PORT,
    needs_neighbour,
    probe,
    run,
)
from support.launchers import launchers_of
from support.reach import answer, reach
from support.waiting import wait_until

pytestmark = needs_neighbour


def test_a_session_with_egress_reaches_the_network_by_name(open_session):
    result = run(open_session, FETCH)
    assert (result["stdout"], result["stderr"]) == (f"{GREETING}\n", "")


def test_a_name_that_does_not_exist_is_known_not_to(open_session):
    result = run(open_session, "import socket\nsocket.gethostbyname('no-such.test')")
    assert "gaierror" in result["stderr"]


def test_a_session_without_egress_has_its_own_loopback_only(session, web):
    assert reach(neighbour.ADDRESS, neighbour.PORT) == "answered"
    run(session, LISTEN)
    own, other = probe(session, ("127.0.0.1", SESSION_PORT), (neighbour.ADDRESS, neighbour.PORT))
    assert (own, other) == ("answered", "OSError")
    assert "URLError" in run(session, FETCH)["stderr"]


def test_egress_does_not_reach_this_host(open_session, canary):
    """The session does not reach this host by loopback, as the gateway, or by its address on the
    network, even if it bypasses the routes by choosing the interface."""
    reachable = ["127.0.0.1", "127.0.0.2", neighbour.HOST_ADDRESS]
    here = [reach(address, canary) for address in [*reachable, "::1"]]
    assert set(here) == {"answered"}
    addresses = [*reachable, "10.0.2.2", "10.0.2.3", "10.0.2.255", "255.255.255.255", "0.0.0.0"]
    targets = [(address, canary, device) for address in addresses for device in (None, "tap0")]
    targets += [("::1", canary), (f"::ffff:{neighbour.HOST_ADDRESS}", canary), ("fe80::2", canary)]
    control, *others = probe(open_session, (neighbour.ADDRESS, neighbour.PORT, "tap0"), *targets)
    assert control == "answered"
    reached = [target for target, how in zip(targets, others) if how == "answered"]
    assert not reached


def test_the_host_s_name_server_is_a_name_server_only(open_session):
    with socket.create_server((neighbour.NAME_SERVER, 0)) as listener:
        port = listener.getsockname()[1]
        threading.Thread(target=answer, args=(listener,), daemon=True).start()
        assert reach(neighbour.NAME_SERVER, port) == "answered"
        assert probe(open_session, ("10.0.2.3", port)) != ["answered"]
        listener.shutdown(socket.SHUT_RDWR)


def test_egress_does_not_reach_link_local_addresses_where_clouds_keep_credentials(open_session):
    target = (neighbour.LINK_LOCAL, neighbour.PORT)
    assert reach(*target) == "answered"
    past_the_routes, plain = probe(open_session, (*target, "tap0"), target)
    assert "answered" not in (past_the_routes, plain)


@pytest.mark.parametrize("address", ["168.63.129.16", "100.100.100.200", "192.0.0.192"])
def test_other_addresses_where_clouds_keep_credentials_are_closed(open_session, address):
    routes = run(open_session, "!ip -4 route show table main")["stdout"]
    assert f"unreachable {address}" in routes


def test_addresses_that_this_host_gets_later_are_closed(open_server, open_session, canary):
    target = (neighbour.LATER_ADDRESS, canary)
    with neighbour.later_address():
        assert reach(*target) == "answered"
        wait_until(lambda: probe(open_session, target) != ["answered"], "it stays open")
        assert probe(open_session, (neighbour.ADDRESS, neighbour.PORT)) == ["answered"]
        new = open_server.session()
        assert probe(new, target) != ["answered"]
        new.end()


def test_addresses_that_come_while_sandboxes_are_built_are_closed_in_them(start_open, canary):
    """The requests wait in a stopped launcher, which builds the sandboxes after the address has
    been added."""
    server = start_open("--ready-sessions", "0")
    target = (neighbour.LATER_ADDRESS, canary)
    sessions = [server.session() for _ in range(30)]
    _, launcher = launchers_of(server.pid)
    with ThreadPoolExecutor(len(sessions)) as clients:
        os.kill(launcher, signal.SIGSTOP)
        first_runs = [clients.submit(run, session, "1") for session in sessions]
        time.sleep(0.5)  # time for the requests to arrive; otherwise the test proves less
        os.kill(launcher, signal.SIGCONT)
        with neighbour.later_address():
            for first_run in first_runs:
                first_run.result()
            for session in sessions:
                wait_until(lambda: probe(session, target) != ["answered"], "it stays open")


def test_sessions_do_not_reach_each_other(open_server, open_session):
    run(open_session, LISTEN)
    assert probe(open_session, ("10.0.2.100", SESSION_PORT)) == ["answered"]
    other = open_server.session()
    addresses = ["10.0.2.100", "127.0.0.1", "10.0.2.2", neighbour.HOST_ADDRESS]
    ends = probe(other, *((address, SESSION_PORT) for address in addresses))
    assert "answered" not in ends
    other.end()


def test_no_connection_reaches_into_a_session(open_session):
    run(open_session, LISTEN)
    assert probe(open_session, ("127.0.0.1", SESSION_PORT)) == ["answered"]
    assert reach("127.0.0.1", SESSION_PORT) == "ConnectionRefusedError"


def test_all_kernels_of_a_session_have_the_same_network(open_session):
    run(open_session, LISTEN)
    targets = ("127.0.0.1", SESSION_PORT), (neighbour.ADDRESS, neighbour.PORT)
    assert probe(open_session, *targets, useEmptyKernel=True) == ["answered", "answered"]


def test_a_session_cannot_change_its_routes(open_session):
    shown, changed = ("ip -4 route show table main", "ip route del unreachable 169.254.0.0/16")
    assert "unreachable 169.254.0.0/16" in run(open_session, f"!{shown}")["stdout"]
    assert "not permitted" in run(open_session, f"!{changed}")["stdout"]
    assert "unreachable 169.254.0.0/16" in run(open_session, f"!{shown}")["stdout"]


def test_insecure_sessions_have_the_host_s_network_and_the_banner_says_so(emulator_factory):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        target = ("127.0.0.1", listener.getsockname()[1])
        connect = (
            f"import socket\ntry: socket.create_connection({target}); print('connected')\n"
            "except OSError as error: print(error.strerror)"
        )
        reached = {}
        for tier in ("insecure", "restricted"):
            server = emulator_factory("--sandbox", tier)
            reached[tier] = run(server.session(), connect)["stdout"].strip()
            banner = server.await_log("Point a client at it")
            assert ("the host's network" in banner) == (tier == "insecure")
    assert reached == {
        "insecure": "connected",
        "restricted": "Address family not supported by protocol",
    }
