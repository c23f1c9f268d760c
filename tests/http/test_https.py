"""HTTPS in addition to HTTP: which clients trust the server, under which names, and where the
authority is kept."""

import shutil
import socket
import ssl
import stat
import subprocess
import threading
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from requests.adapters import HTTPAdapter

from support.emulator import Emulator, run_to_end
from support.waiting import wait_until

AUTHORIZED = {"Authorization": "Bearer any"}
WRONG_USAGE = 2


@pytest.fixture(scope="module")
def state(tmp_path_factory):
    return tmp_path_factory.mktemp("state") / "dynsessions"


@pytest.fixture(scope="module")
def secure(state):
    server = Emulator("--state-dir", str(state), "--tls-name", "emulator.example.org,10.9.8.7")
    yield server
    server.stop()


def port_of(server):
    return urlsplit(server.https).port


def handshake(server, name, authority):
    """Returns the certificate that a client which trusts `authority` sees; raises ssl.SSLError if
    the client rejects it."""
    context = ssl.create_default_context(cafile=authority)
    with socket.create_connection(("127.0.0.1", port_of(server)), timeout=30) as plain:
        with context.wrap_socket(plain, server_hostname=name) as secured:
            return secured.getpeercert(binary_form=True)


def pool_path(server):
    return server.endpoint.removeprefix(server.http)


def execute(client, url, **how):
    return client.post(
        f"{url}/executions",
        params={"identifier": "over-tls", "api-version": "2025-10-02-preview"},
        headers={**AUTHORIZED, **how.pop("headers", {})},
        json={"codeInputType": "Inline", "executionType": "Synchronous", "code": "6 * 7"},
        timeout=60,
        **how,
    )


def client_that_trusts(authority):
    client = requests.Session()
    client.trust_env = False  # REQUESTS_CA_BUNDLE of this machine would override `verify`
    client.verify = str(authority)
    return client


class AsAnotherHost(HTTPAdapter):
    """Connects to the emulator and checks the certificate for the host of a real pool."""

    def __init__(self, host):
        self.host = host
        super().__init__()

    def init_poolmanager(self, *arguments, **more):
        super().init_poolmanager(
            *arguments, server_hostname=self.host, assert_hostname=self.host, **more
        )


def test_both_ports_are_the_same_service(secure, state):
    assert secure.https.startswith("https://localhost:")
    with client_that_trusts(state / "ca.pem") as client:
        for _ in range(2):  # the second request reuses the connection of the first
            answer = execute(client, secure.https + pool_path(secure))
            assert answer.status_code == 200, answer.text
            assert answer.json()["result"]["executionResult"] == 42
    assert execute(requests, secure.endpoint).status_code == 200


@pytest.mark.parametrize("host", ["eastus.dynamicsessions.io", "westus2.acasessions.io"])
def test_a_client_that_believes_to_talk_to_a_real_pool_trusts_the_emulator(secure, state, host):
    with client_that_trusts(state / "ca.pem") as client:
        client.mount("https://", AsAnotherHost(host))
        url = f"https://127.0.0.1:{port_of(secure)}" + pool_path(secure)
        answer = execute(client, url, headers={"Host": host})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    "name", ["localhost", "127.0.0.1", "::1", "emulator.example.org", "10.9.8.7"]
)
def test_the_certificate_is_good_for_local_and_configured_names(secure, state, name):
    assert handshake(secure, name, state / "ca.pem")


@pytest.mark.parametrize("name", ["login.microsoftonline.com", "example.org", "127.0.0.2"])
def test_the_certificate_is_good_for_nothing_else(secure, state, name):
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(secure, name, state / "ca.pem")


def test_a_configured_name_is_also_accepted_as_host(secure, state):
    with client_that_trusts(state / "ca.pem") as client:
        client.mount("https://", AsAnotherHost("emulator.example.org"))
        url = f"https://127.0.0.1:{port_of(secure)}" + pool_path(secure)
        answer = execute(client, url, headers={"Host": "emulator.example.org"})
    assert answer.status_code == 200, answer.text


def test_a_client_that_trusts_another_authority_refuses(secure, emulator_factory, tmp_path):
    emulator_factory("--state-dir", str(tmp_path))
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(secure, "localhost", tmp_path / "ca.pem")


def test_a_client_that_does_not_trust_the_authority_refuses(secure):
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(secure.https, timeout=30)


def test_the_log_tells_once_that_a_client_does_not_trust_the_certificate(secure, state):
    def warnings():
        lines = secure.stderr().splitlines()
        return [line for line in lines if "does not trust the certificate" in line]

    for _ in range(2):
        with pytest.raises(requests.exceptions.SSLError):
            requests.get(secure.https, timeout=30)
    wait_until(warnings, "the log does not tell it")
    assert len(warnings()) == 1
    assert str(state / "ca.pem") in warnings()[0] and "dynsessions env" in warnings()[0]


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl_trusts_what_it_is_given(secure, state):
    def curl(*how):
        return subprocess.run(
            ["curl", "-sS", *how, "-o", "/dev/null", "-w", "%{http_code}", secure.https],
            capture_output=True,
            text=True,
            timeout=60,
        )

    # A pool's root requires a token: 401 shows that the service answered.
    assert curl("--cacert", str(state / "ca.pem")).stdout == "401"
    assert curl().returncode == 60  # CURLE_PEER_FAILED_VERIFICATION


def test_plain_http_on_the_https_port_is_explained(secure):
    answer = requests.get(f"http://127.0.0.1:{port_of(secure)}/", timeout=30)
    assert answer.status_code == 400
    assert "https://" in answer.text


def test_https_on_the_plain_port_fails_at_once(secure, state):
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(secure.http.replace("http:", "https:"), verify=state / "ca.pem", timeout=30)


def test_keys_are_for_their_owner_alone(secure, state):
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in [state, *state.iterdir()]}
    assert modes.pop(state.name) == 0o700
    assert set(modes.values()) == {0o600}
    assert {"ca.pem", "ca-key.pem", "server.pem"} <= set(modes)


def test_the_authority_outlives_the_server(emulator_factory, tmp_path):
    first = emulator_factory("--state-dir", str(tmp_path))
    before = handshake(first, "localhost", tmp_path / "ca.pem")
    authority = (tmp_path / "ca.pem").read_bytes()
    first.stop()
    second = emulator_factory("--state-dir", str(tmp_path))
    assert handshake(second, "localhost", tmp_path / "ca.pem") == before
    assert (tmp_path / "ca.pem").read_bytes() == authority


def test_servers_that_start_for_the_first_time_at_once_share_one_authority(tmp_path):
    servers, failures = [], []

    def start():
        try:
            servers.append(Emulator("--state-dir", str(tmp_path), "--ready-sessions", "0"))
        except AssertionError as failure:
            failures.append(failure)

    starts = [threading.Thread(target=start) for _ in range(3)]
    for thread in starts:
        thread.start()
    for thread in starts:
        thread.join()
    try:
        assert not failures
        for server in servers:
            assert handshake(server, "localhost", tmp_path / "ca.pem")
    finally:
        for server in servers:
            server.stop()


def test_https_can_be_switched_off(emulator_factory, tmp_path):
    server = emulator_factory("--https-port", "off", "--state-dir", str(tmp_path / "unused"))
    assert server.https is None
    assert not (tmp_path / "unused").exists()


@pytest.mark.parametrize("home", ["", "/proc/no-home"])
def test_without_a_usable_home_the_authority_lasts_as_long_as_the_server(
    emulator_factory, tmp_path, home
):
    environment = {"HOME": home, "XDG_STATE_HOME": "", "TMPDIR": str(tmp_path)}
    server = emulator_factory(environment=environment)
    (authority,) = tmp_path.glob("dynsessions-*/ca.pem")
    server.await_log(str(authority))
    server.await_log("--state-dir")
    assert handshake(server, "localhost", authority)
    server.stop()
    assert list(tmp_path.iterdir()) == []


def test_a_state_directory_that_was_named_and_cannot_be_used_ends_the_start(tmp_path):
    (tmp_path / "file").touch()
    ended = run_to_end("--port", "0", "--https-port", "0", "--state-dir", str(tmp_path / "file"))
    assert ended.returncode == WRONG_USAGE
    for word in ("--state-dir", str(tmp_path / "file"), "--https-port off"):
        assert word in ended.stderr
    assert ended.stdout == ""


def test_cert_prints_the_path_and_a_line_for_each_client(tmp_path):
    shown = run_to_end("cert", "--state-dir", str(tmp_path / "state"))
    assert shown.returncode == 0
    path = Path(shown.stdout.splitlines()[0])
    assert path == tmp_path / "state" / "ca.pem"
    assert path.read_text().startswith("-----BEGIN CERTIFICATE-----")
    for words in (
        "REQUESTS_CA_BUNDLE=",
        "SSL_CERT_FILE=",
        "NODE_EXTRA_CA_CERTS=",
        "javax.net.ssl.trustStore=",
        "curl",
    ):
        assert words in shown.stdout
    assert run_to_end("cert", "--state-dir", str(tmp_path / "state")).stdout == shown.stdout


def test_cert_tells_the_authority_that_the_server_uses(secure, state):
    shown = run_to_end(
        "cert", "--state-dir", str(state), "--tls-name", "emulator.example.org,10.9.8.7"
    )
    assert handshake(secure, "localhost", shown.stdout.splitlines()[0])


def test_cert_finds_the_state_of_the_user(tmp_path):
    by_variable = run_to_end("cert", XDG_STATE_HOME=str(tmp_path / "xdg"), HOME="/nowhere")
    assert by_variable.stdout.startswith(str(tmp_path / "xdg/dynsessions/ca.pem"))
    by_home = run_to_end("cert", XDG_STATE_HOME="", HOME=str(tmp_path))
    assert by_home.stdout.startswith(str(tmp_path / ".local/state/dynsessions/ca.pem"))


def test_cert_without_a_place_to_keep_one_says_what_to_do():
    ended = run_to_end("cert", XDG_STATE_HOME="", HOME="")
    assert ended.returncode == WRONG_USAGE
    assert "--state-dir" in ended.stderr
    assert ended.stdout == ""
