"""A web page in the developer's browser must not reach a server that runs code for it."""

import os
import socket
from urllib.parse import urlsplit

import pytest
import requests

from support.emulator import HTTP_SECONDS, run_to_end
from support.wire import assert_refused

FOREIGN_HOSTS = ["evil.example", "localhost.evil.example", "192.168.7.7", "0.0.0.0", "[::2]", ""]
FOREIGN_ORIGINS = ["https://evil.example", "http://localhost", "http://localhost:1", "null", ""]


@pytest.fixture(params=["emulated", "admin"])
def url(request, emulator):
    """Returns a URL that is answered with 200, for each of the two ports."""
    query = "?identifier=browser-safety&api-version=2025-10-02-preview"
    return {
        "emulated": f"{emulator.endpoint}/files{query}",
        "admin": f"{emulator.admin}/health/live",
    }[request.param]


def get(url, **headers):
    headers = {"Authorization": "Bearer test-token", **headers}
    return requests.get(url, headers=headers, timeout=HTTP_SECONDS)


def host_with_port(url, host):
    return f"{host}:{urlsplit(url).port}"


@pytest.mark.parametrize(
    "host",
    ["localhost", "127.0.0.1", "[::1]", "emulator", "host.docker.internal"]
    + ["westeurope.dynamicsessions.io", "westeurope.acasessions.io", "LOCALHOST."],
)
def test_names_that_no_web_page_can_have_are_answered(url, host):
    assert get(url, Host=host).status_code == 200
    assert get(url, Host=host_with_port(url, host)).status_code == 200


def assert_refused_by(url, answer, status, code, header):
    """Checks that the refusal has the envelope of the API: the service's, or the emulator's."""
    if "/health/" not in url:
        return assert_refused(answer, status, code, target=header)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["field"]) == (status, code, header)


@pytest.mark.attack(65)
@pytest.mark.parametrize("host", FOREIGN_HOSTS)
def test_a_rebound_name_is_refused_although_its_page_is_of_the_same_origin(url, host):
    foreign = host_with_port(url, host)
    answer = get(url, Host=foreign, Origin=f"http://{foreign}")
    assert_refused_by(url, answer, 421, "HostNotAllowed", "Host")
    assert "--allowed-host" in answer.headers["x-emulator-reason"]


@pytest.mark.attack(65)
@pytest.mark.parametrize("origin", FOREIGN_ORIGINS)
def test_a_page_of_another_origin_is_refused(url, origin):
    answer = get(url, Origin=origin)
    assert_refused_by(url, answer, 403, "OriginNotAllowed", "Origin")
    assert answer.headers["x-emulator-reason"]


@pytest.mark.attack(65)
def test_a_page_of_the_same_origin_is_answered(url):
    parts = urlsplit(url)
    assert get(url, Origin=f"http://{parts.netloc}").status_code == 200


def test_no_answer_to_a_page_has_a_cors_header(url):
    same = f"http://{urlsplit(url).netloc}"
    for origin in (same, *FOREIGN_ORIGINS):
        ask = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        answers = [get(url, Origin=origin)]
        answers.append(requests.options(url, headers=ask, timeout=HTTP_SECONDS))
        for answer in answers:
            assert not [name for name in answer.headers if "access-control" in name.lower()]
        assert answers[1].status_code >= 400  # the preflight gives no permission


@pytest.fixture
def open_server(emulator_factory):
    """A server that requires no token: only the checks of Host and Origin protect it."""
    return emulator_factory("--auth", "off", "--allowed-host", "dev.example,10.1.2.3")


@pytest.mark.attack(65)
@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "https://evil.example"}])
def test_a_form_of_a_foreign_page_executes_nothing(open_server, headers):
    """A page can send this without a preflight: a simple request with a text body."""
    session = open_server.session()
    query = {"identifier": session.identifier, "api-version": "2025-10-02-preview"}
    refused = requests.post(
        f"{open_server.endpoint}/executions",
        params=query,
        data="{\"code\": \"open('/mnt/data/proof', 'w').close()\"}",
        headers={"Content-Type": "text/plain", **headers},
        timeout=HTTP_SECONDS,
    )
    assert refused.status_code in (403, 421)
    assert session.send("GET", "session", "2025-02-02-preview").status_code == 400  # no session
    assert session.list().json() == {"value": []}


def test_allowed_hosts_are_answered_on_both_ports(open_server):
    for url in (f"{open_server.endpoint}/files?identifier=allowed-host", open_server.admin):
        for host in ("dev.example", "DEV.example:80", "10.1.2.3"):
            assert get(url, Host=host).status_code != 421
        assert get(url, Host="other.example").status_code == 421


def test_by_default_only_this_machine_can_connect(emulator):
    for url in (emulator.http, emulator.admin):
        assert urlsplit(url).hostname == "127.0.0.1"
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(
                ("127.0.0.2", urlsplit(url).port), timeout=HTTP_SECONDS
            ).close()
    assert "WARNING" not in emulator.stderr()


def own_authority(tmp_path):
    """The environment of a server whose name the shared authority's certificates cannot have: it
    makes a new authority, which would take the place of the one that shared servers use."""
    return {"XDG_STATE_HOME": str(tmp_path)}


def test_another_loopback_address_is_no_reason_to_warn(emulator_factory, tmp_path):
    server = emulator_factory(
        "--listen", "127.0.0.2", "--ready-sessions", "0", environment=own_authority(tmp_path)
    )
    assert urlsplit(server.http).hostname == urlsplit(server.admin).hostname == "127.0.0.2"
    assert requests.get(f"{server.admin}/health/live", timeout=HTTP_SECONDS).status_code == 200
    assert "WARNING" not in server.stderr()


@pytest.mark.skipif(not os.path.exists("/proc/net/if_inet6"), reason="this machine has no IPv6")
def test_an_ipv6_address_is_printed_as_a_url_and_served(emulator_factory, tmp_path):
    server = emulator_factory(
        "--listen", "::1", "--ready-sessions", "0", environment=own_authority(tmp_path)
    )
    assert server.http.startswith("http://[::1]:")
    assert requests.get(f"{server.admin}/health/live", timeout=HTTP_SECONDS).status_code == 200


NOT_OURS = "192.0.2.1"  # RFC 5737: an example address that no machine has


@pytest.mark.parametrize(
    "address,complaint",
    [(NOT_OURS, NOT_OURS), ("localhost", "an IP address"), ("", "an IP address")],
)
def test_an_address_that_cannot_be_had_is_wrong_usage(address, complaint):
    ended = run_to_end(
        "--port", "0", "--admin-port", "0", "--https-port", "off", "--listen", address
    )
    assert ended.returncode == 2
    assert "--listen" in ended.stderr and complaint in ended.stderr
    assert ended.stdout == ""
