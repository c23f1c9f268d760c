"""The helper that gives a session its network: it is confined, ends with its session, and reports
when there cannot be a network."""

import os
import signal
import stat
from pathlib import Path

import pytest

from support import environments, neighbour
from support.egress import FETCH, GREETING, OPEN, needs_neighbour, probe, run
from support.emulator import Emulator, run_to_end
from support.processes import ENDED, below
from support.waiting import wait_until

NO_ENGINE = 4
HELPER = "slirp4netns"

pytestmark = needs_neighbour


def helpers_of(server):
    """Returns the process ids of the network helpers below the server."""
    found = below(server.pid).items()
    return {pid for pid, process in found if process.name == HELPER and not process.is_zombie}


def helper_of(server, session):
    """Returns the helper of a session, which holds the session's network namespace."""
    network = run(session, "import os\nprint(os.readlink('/proc/self/ns/net'))")["stdout"].strip()
    (helper,) = (pid for pid in helpers_of(server) if network_of(pid) == network)
    return helper


def network_of(helper):
    try:
        return os.readlink(f"/proc/{helper}/fd/0")
    except ENDED:
        return None


def has_ended(pid):
    return not os.path.exists(f"/proc/{pid}")


def test_the_helper_ends_with_its_session(open_server):
    session, other = open_server.session(), open_server.session()
    helper, helper_of_other = helper_of(open_server, session), helper_of(open_server, other)
    assert helper != helper_of_other
    session.end()
    wait_until(lambda: has_ended(helper), "the helper stays")
    assert not has_ended(helper_of_other)
    other.end()


@pytest.mark.parametrize("end", [Emulator.stop, Emulator.kill])
def test_no_helper_outlives_the_server(start_open, end):
    server = start_open()
    helper = helper_of(server, server.session())
    end(server)
    wait_until(lambda: has_ended(helper), "the helper stays")


def test_a_session_outlives_its_helper_without_network(open_server, open_session):
    assert run(open_session, FETCH)["stdout"] == f"{GREETING}\n"
    os.kill(helper_of(open_server, open_session), signal.SIGKILL)
    open_server.await_log("has no network any more")
    assert "URLError" in run(open_session, FETCH)["stderr"]
    assert run(open_session, "6 * 7")["executionResult"] == 42


def test_the_helper_is_confined(open_server, open_session):
    process = Path(f"/proc/{helper_of(open_server, open_session)}")
    status = dict(line.split(":\t", 1) for line in (process / "status").read_text().splitlines())
    (user,) = set(status["Uid"].split())
    assert 50_000 <= int(user) < 59_000
    assert (status["NoNewPrivs"], status["Seccomp"], status["CapBnd"]) == ("1", "2", "0" * 16)
    assert (process / "environ").read_bytes() == b""
    assert not (process / "root/home").exists() and not (process / "root/etc/passwd").exists()
    for kind in ("user", "pid", "mnt"):
        assert os.readlink(process / "ns" / kind) != os.readlink(f"/proc/self/ns/{kind}")


def test_an_ordinary_user_s_sessions_have_egress_too(
    emulator_factory, web, resolver_file, canary, tmp_path
):
    tun = (
        tmp_path / "tun"
    )  # the usual mode in Debian; on some machines only root can open the device
    os.mknod(tun, stat.S_IFCHR | 0o666, os.stat("/dev/net/tun").st_rdev)
    tun.chmod(0o666)
    as_nobody = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--")
    files = {"/etc/resolv.conf": resolver_file, "/dev/net/tun": tun}
    before = neighbour.with_own_files(files, then=as_nobody)
    no_state = {"DYNSESSIONS_HTTPS_PORT": "off"}
    server = emulator_factory(*OPEN, before=before, environment=no_state)
    session = server.session()
    assert run(session, FETCH)["stdout"] == f"{GREETING}\n"
    targets = [(address, canary) for address in (neighbour.HOST_ADDRESS, "10.0.2.2")]
    assert "answered" not in probe(session, *targets)
    helper = helper_of(server, session)
    session.end()
    wait_until(lambda: has_ended(helper), "the helper stays")


def test_a_session_cannot_see_its_helper(open_session):
    result = run(
        open_session, f"!grep -l {HELPER} /proc/[0-9]*/cmdline; ls /run /proc/self/fd/ 2>&1"
    )
    assert HELPER not in result["stdout"]


def refused(*arguments, **how):
    ports = ("--port", "0", "--https-port", "off", "--admin-port", "0")
    ended = run_to_end(*ports, "--network-status", "EgressEnabled", *arguments, **how)
    assert (ended.returncode, ended.stdout) == (NO_ENGINE, "")
    return ended.stderr


def test_without_the_helper_s_program_the_server_does_not_start(tmp_path):
    assert "apt-get install slirp4netns" in refused(PATH=str(tmp_path))


def test_the_network_outlives_a_program_that_had_too_much_memory(start_open):
    """The helper is in no cgroup that is killed as a whole."""
    session = start_open("--memory-limit-mb", "256").session()
    assert run(session, FETCH)["stdout"].strip() == GREETING
    bomb = (
        "import mmap\nm = mmap.mmap(-1, 1 << 31)\nfor n in range(1 << 11): m.write(bytes(1 << 20))"
    )
    assert run(session, bomb, timeoutInSeconds=60)["stderr"].endswith("Kernel restarted")
    assert run(session, FETCH)["stdout"].strip() == GREETING


BELOW_FULL = {
    "restricted was asked for": (["--sandbox", "restricted"], ()),
    "there is no better tier": ([], environments.NO_USER_NAMESPACES),
}


@pytest.mark.parametrize("arguments, before", BELOW_FULL.values(), ids=BELOW_FULL.keys())
def test_without_namespaces_the_server_does_not_start(arguments, before):
    """The server never starts without the network that was requested, nor with the host's
    network."""
    said = refused(*arguments, before=before)
    assert "egress: needs a network namespace" in said
    assert "Cure: use EgressDisabled, or make the full tier possible" in said


def test_without_the_tun_device_the_server_does_not_start(tmp_path):
    assert "tun device /dev/net/tun" in refused(
        before=neighbour.with_own_files({"/dev/net": tmp_path})
    )


def test_a_helper_that_fails_is_reported(tmp_path):
    broken = tmp_path / HELPER
    broken.write_text("#!/bin/sh\necho this helper is broken >&2\nexit 3\n")
    broken.chmod(0o755)
    said = refused(PATH=f"{tmp_path}:{os.environ['PATH']}")
    assert "this helper is broken" in said and "egress: slirp4netns failed" in said
