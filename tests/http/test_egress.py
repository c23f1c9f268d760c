"""What a session reaches over the network, by --network-status, and what it never does."""

import json
import os
import signal
import socket
import stat
import threading
import time
import zipfile
from pathlib import Path

import pytest
from support import environments, neighbour
from support.emulator import Emulator, run_to_end

NO_ENGINE = 4
HELPER = "slirp4netns"
URL = f"http://{neighbour.NAME}:{neighbour.PORT}"
GREETING = "hello from next door"
OPTIONS = f"--index-url {URL}/simple --trusted-host {neighbour.NAME}"  # of pip
SESSION_PORT = 9000  # of listeners inside sessions

pytestmark = pytest.mark.skipif(neighbour.missing() is not None, reason=str(neighbour.missing()))

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


def helpers_of(server):
    """Process ids of the network helpers below the server."""
    parents, helpers = {}, []
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            fields = dict(line.split(":\t", 1) for line in status.read_text().splitlines())
        except (FileNotFoundError, ProcessLookupError):
            continue
        pid = int(status.parent.name)
        parents[pid] = int(fields["PPid"])
        if fields["Name"] == HELPER and not fields["State"].startswith("Z"):
            helpers.append(pid)

    def is_below(pid):
        return pid == server.pid or (pid in parents and is_below(parents[pid]))

    return {pid for pid in helpers if is_below(pid)}


def helper_of(server, session):
    """That of a session: it holds the session's network namespace."""
    network = run(session, "import os\nprint(os.readlink('/proc/self/ns/net'))")["stdout"].strip()
    (helper,) = (pid for pid in helpers_of(server) if network_of(pid) == network)
    return helper


def network_of(helper):
    try:
        return os.readlink(f"/proc/{helper}/fd/0")
    except (FileNotFoundError, ProcessLookupError):
        return None


def has_ended(pid):
    return not Path(f"/proc/{pid}").exists()


def wait_until(condition, what, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


@pytest.fixture(scope="module")
def resolver_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("names") / "resolv.conf"
    path.write_text(f"nameserver {neighbour.NAME_SERVER}\n")
    return path


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    """What the neighbour serves: a greeting and a package index with one package."""
    folder = tmp_path_factory.mktemp("web")
    (folder / "greeting").write_text(GREETING)
    wheel = folder / "simple/nextdoor/nextdoor-1.0-py3-none-any.whl"
    wheel.parent.mkdir(parents=True)
    info = "nextdoor-1.0.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("nextdoor.py", "where = __file__\n")
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: nextdoor\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    (wheel.parent / "index.html").write_text(f'<a href="{wheel.name}">{wheel.name}</a>')
    with neighbour.neighbour(folder):
        yield


@pytest.fixture(scope="module")
def start(web, resolver_file):
    """Starts a server on a host that asks the neighbour's name server."""
    before = neighbour.with_own_files({"/etc/resolv.conf": resolver_file})

    def start_server(*arguments):
        return Emulator("--max-sessions", "1000", *arguments, before=before)

    return start_server


@pytest.fixture(scope="module")
def open_server(start):
    server = start("--network-status", "EgressEnabled")
    yield server
    server.stop()


@pytest.fixture
def open_session(open_server):
    fresh = open_server.session()
    yield fresh
    fresh.end()


@pytest.fixture
def canary():
    """The port of a listener on every address of this host."""
    with socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True) as listener:

        def accept():
            while True:
                try:
                    listener.accept()[0].close()
                except OSError:
                    return

        threading.Thread(target=accept, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


def test_a_session_with_egress_reaches_the_network_by_name(open_session):
    result = run(open_session, FETCH)
    assert (result["stdout"], result["stderr"]) == (f"{GREETING}\n", "")


def test_a_name_that_does_not_exist_is_known_not_to(open_session):
    result = run(open_session, "import socket\nsocket.gethostbyname('no-such.test')")
    assert "gaierror" in result["stderr"]


def test_a_session_without_egress_has_its_own_loopback_only(session, web):
    assert is_reachable_from_here(neighbour.ADDRESS, neighbour.PORT)
    run(session, LISTEN)
    own, other = probe(
        session, ("127.0.0.1", SESSION_PORT), (neighbour.ADDRESS, neighbour.PORT)
    )
    assert (own, other) == ("connected", "OSError")
    assert "URLError" in run(session, FETCH)["stderr"]


def test_egress_does_not_reach_this_host(open_session, canary):
    """Neither by its loopback, nor as the gateway, nor by its address on the network; also not past
    the routes, by choosing the interface oneself."""
    reachable = ["127.0.0.1", "127.0.0.2", neighbour.HOST_ADDRESS]
    assert all(is_reachable_from_here(address, canary) for address in [*reachable, "::1"])
    addresses = [*reachable, "10.0.2.2", "10.0.2.3", "10.0.2.255", "255.255.255.255", "0.0.0.0"]
    targets = [(address, canary, device) for address in addresses for device in (None, "tap0")]
    targets += [("::1", canary), (f"::ffff:{neighbour.HOST_ADDRESS}", canary), ("fe80::2", canary)]
    control, *others = probe(open_session, (neighbour.ADDRESS, neighbour.PORT, "tap0"), *targets)
    assert control == "connected"
    reached = [target for target, how in zip(targets, others) if how == "connected"]
    assert not reached


def test_the_host_s_name_server_is_a_name_server_only(open_session):
    with socket.create_server((neighbour.NAME_SERVER, 0)) as listener:
        port = listener.getsockname()[1]
        assert is_reachable_from_here(neighbour.NAME_SERVER, port)
        assert probe(open_session, ("10.0.2.3", port)) != ["connected"]


def test_egress_does_not_reach_link_local_addresses_where_clouds_keep_credentials(open_session):
    target = (neighbour.LINK_LOCAL, neighbour.PORT)
    assert is_reachable_from_here(*target)
    past_the_routes, plain = probe(open_session, (*target, "tap0"), target)
    assert "connected" not in (past_the_routes, plain)


def test_sessions_do_not_reach_each_other(open_server, open_session):
    run(open_session, LISTEN)
    assert probe(open_session, ("10.0.2.100", SESSION_PORT)) == ["connected"]
    other = open_server.session()
    addresses = ["10.0.2.100", "127.0.0.1", "10.0.2.2", neighbour.HOST_ADDRESS]
    ends = probe(other, *((address, SESSION_PORT) for address in addresses))
    assert "connected" not in ends
    other.end()


def test_nobody_reaches_into_a_session(open_session):
    run(open_session, LISTEN)
    assert probe(open_session, ("127.0.0.1", SESSION_PORT)) == ["connected"]
    with pytest.raises(OSError):
        is_reachable_from_here("127.0.0.1", SESSION_PORT)


def test_all_kernels_of_a_session_have_the_same_network(open_session):
    run(open_session, LISTEN)
    targets = ("127.0.0.1", SESSION_PORT), (neighbour.ADDRESS, neighbour.PORT)
    assert probe(open_session, *targets, useEmptyKernel=True) == ["connected", "connected"]


def test_a_session_cannot_change_its_routes(open_session):
    shown, changed = ("ip -4 route show table main", "ip route del unreachable 169.254.0.0/16")
    assert "unreachable 169.254.0.0/16" in run(open_session, f"!{shown}")["stdout"]
    assert "not permitted" in run(open_session, f"!{changed}")["stdout"]
    assert "unreachable 169.254.0.0/16" in run(open_session, f"!{shown}")["stdout"]


def test_the_helper_ends_with_its_session(open_server):
    session, other = open_server.session(), open_server.session()
    helper, helper_of_other = helper_of(open_server, session), helper_of(open_server, other)
    assert helper != helper_of_other
    session.end()
    wait_until(lambda: has_ended(helper), "the helper stays")
    assert not has_ended(helper_of_other)
    other.end()


@pytest.mark.parametrize("end", [Emulator.stop, Emulator.kill])
def test_no_helper_outlives_the_server(start, end):
    server = start("--network-status", "EgressEnabled")
    try:
        helper = helper_of(server, server.session())
    finally:
        end(server)
    wait_until(lambda: has_ended(helper), "the helper stays")


def test_a_session_outlives_its_helper_without_network(open_server, open_session):
    assert run(open_session, FETCH)["stdout"] == f"{GREETING}\n"
    os.kill(helper_of(open_server, open_session), signal.SIGKILL)
    wait_until(lambda: "has no network any more" in open_server.stderr(), "nothing was said")
    assert "URLError" in run(open_session, FETCH)["stderr"]
    assert run(open_session, "6 * 7")["executionResult"] == 42


def test_the_helper_is_confined(open_server, open_session):
    process = Path(f"/proc/{helper_of(open_server, open_session)}")
    status = dict(line.split(":\t", 1) for line in (process / "status").read_text().splitlines())
    assert status["Uid"].split() == ["65534"] * 4
    assert (status["NoNewPrivs"], status["Seccomp"], status["CapBnd"]) == ("1", "2", "0" * 16)
    assert (process / "environ").read_bytes() == b""
    assert not (process / "root/home").exists() and not (process / "root/etc/passwd").exists()
    for kind in ("user", "pid", "mnt"):
        assert os.readlink(process / "ns" / kind) != os.readlink(f"/proc/self/ns/{kind}")


def test_an_ordinary_user_s_sessions_have_egress_too(web, resolver_file, canary, tmp_path):
    tun = tmp_path / "tun"  # as Debian has it; some machines let only root open theirs
    os.mknod(tun, stat.S_IFCHR | 0o666, os.stat("/dev/net/tun").st_rdev)
    tun.chmod(0o666)
    as_nobody = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--")
    files = {"/etc/resolv.conf": resolver_file, "/dev/net/tun": tun}
    before = neighbour.with_own_files(files, then=as_nobody)
    no_state = {"DYNSESSIONS_HTTPS_PORT": "off"}
    server = Emulator("--network-status", "EgressEnabled", before=before, environment=no_state)
    try:
        session = server.session()
        assert run(session, FETCH)["stdout"] == f"{GREETING}\n"
        targets = [(address, canary) for address in (neighbour.HOST_ADDRESS, "10.0.2.2")]
        assert "connected" not in probe(session, *targets)
        helper = helper_of(server, session)
        session.end()
        wait_until(lambda: has_ended(helper), "the helper stays")
    finally:
        server.stop()


def test_a_session_cannot_see_its_helper(open_session):
    result = run(open_session, f"!grep -l {HELPER} /proc/[0-9]*/cmdline; ls /run /proc/self/fd/ 2>&1")
    assert HELPER not in result["stdout"]


def test_packages_are_installed_and_imported_with_egress(open_session):
    installed = run(open_session, f"%pip install {OPTIONS} nextdoor")
    assert "Successfully installed nextdoor-1.0" in installed["stdout"], installed
    imported = run(open_session, "import nextdoor\nprint(nextdoor.where)")
    assert "site-packages/nextdoor.py" in imported["stdout"]
    elsewhere = run(open_session, "!python -c 'import nextdoor; print(nextdoor.where)'")
    assert elsewhere["stdout"].split() == imported["stdout"].split()
    again = run(open_session, f"!pip install {OPTIONS} nextdoor; pip uninstall -y nextdoor")
    assert "already satisfied" in again["stdout"]
    assert "Successfully uninstalled" in again["stdout"]


def test_packages_for_the_user_are_imported_too(open_session):
    run(open_session, f"!pip install --user {OPTIONS} nextdoor")
    assert run(open_session, "import nextdoor\nprint('here')")["stdout"] == "here\n"


def test_without_egress_pip_says_that_there_is_no_network(session):
    begin = time.monotonic()
    result = run(session, f"!pip install {OPTIONS} nextdoor", timeoutInSeconds=60)
    assert "Temporary failure in name resolution" in result["stdout"], result
    assert "No matching distribution found for nextdoor" in result["stdout"]
    assert time.monotonic() - begin < 45


def refused(*arguments, **how):
    ports = ("--port", "0", "--https-port", "off", "--admin-port", "0")
    ended = run_to_end(*ports, "--network-status", "EgressEnabled", *arguments, **how)
    assert (ended.returncode, ended.stdout) == (NO_ENGINE, "")
    return ended.stderr


def test_without_the_helper_s_program_the_server_does_not_start(tmp_path):
    assert "apt-get install slirp4netns" in refused(PATH=str(tmp_path))


def test_the_network_outlives_a_program_that_had_too_much_memory(start):
    """So the helper is in no group that is killed as a whole."""
    server = start("--network-status", "EgressEnabled", "--memory-limit-mb", "256")
    session = server.session()
    assert run(session, FETCH)["stdout"].strip() == GREETING
    bomb = "import mmap\nm = mmap.mmap(-1, 1 << 31)\nfor n in range(1 << 11): m.write(bytes(1 << 20))"
    assert run(session, bomb, timeoutInSeconds=60)["stderr"].endswith("Kernel restarted")
    assert run(session, FETCH)["stdout"].strip() == GREETING
    server.stop()


BELOW_FULL = {
    "restricted was asked for": (["--sandbox", "restricted"], ()),
    "there is no better tier": ([], environments.NO_USER_NAMESPACES),
}


@pytest.mark.parametrize("arguments, before", BELOW_FULL.values(), ids=BELOW_FULL.keys())
def test_without_namespaces_the_server_does_not_start(arguments, before):
    """Never without the network that was asked for, nor with the host's."""
    said = refused(*arguments, before=before)
    assert "egress: only a network namespace can have one of its own" in said
    assert "Cure: use EgressDisabled, or make the full tier possible" in said


def test_insecure_sessions_have_the_host_s_network_and_the_banner_says_so():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        target = ("127.0.0.1", listener.getsockname()[1])
        connect = (
            f"import socket\ntry: socket.create_connection({target}); print('connected')\n"
            "except OSError as error: print(error.strerror)"
        )
        reached = {}
        for tier in ("insecure", "restricted"):
            server = Emulator("--sandbox", tier)
            reached[tier] = run(server.session(), connect)["stdout"].strip()
            assert ("the host's network" in server.stderr()) == (tier == "insecure")
            server.stop()
    assert reached == {
        "insecure": "connected",
        "restricted": "Address family not supported by protocol",
    }


def test_without_the_tun_device_the_server_does_not_start(tmp_path):
    assert "tun device /dev/net/tun" in refused(
        before=neighbour.with_own_files({"/dev/net": tmp_path})
    )


def test_a_helper_that_fails_is_heard(tmp_path):
    broken = tmp_path / HELPER
    broken.write_text("#!/bin/sh\necho this helper is broken >&2\nexit 3\n")
    broken.chmod(0o755)
    said = refused(PATH=f"{tmp_path}:{os.environ['PATH']}")
    assert "this helper is broken" in said and "egress: slirp4netns failed" in said
