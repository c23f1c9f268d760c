"""Mistakes in the environment of a client, and the messages that lead its user to them: in the
answer, in the server's log at level info, and from `dynsessions doctor --client`."""

import json
import shutil
import subprocess

import pytest
import requests

from support.emulator import BINARY, HTTP_SECONDS, run_to_end

HEALTHY, UNUSABLE = 0, 4


@pytest.fixture(scope="module")
def shell(claims_server):
    """Returns the variables that `dynsessions env` prints, in an otherwise clean environment."""
    port = claims_server.admin.rsplit(":", 1)[1]
    printed = run_to_end("env", "--format", "json", "--admin-port", port, PATH="/usr/bin:/bin")
    variables = json.loads(printed.stdout)
    return {name: value for name, value in variables.items() if value is not None}


def examine(shell, **changes):
    """Returns the exit code, and the checks by name; a change to None unsets the variable."""
    environment = {**shell, **changes}
    ended = subprocess.run(
        [BINARY, "doctor", "--client", "-o", "json"],
        env={name: value for name, value in environment.items() if value is not None},
        capture_output=True,
        text=True,
        timeout=60,
    )
    report = json.loads(ended.stdout)
    assert {check["section"] for check in report["checks"]} == {"client"}
    assert report["healthy"] == (ended.returncode == HEALTHY)
    return ended.returncode, {check["name"]: check for check in report["checks"]}


def assert_bad(shell, name, finding, cure, **changes):
    code, checks = examine(shell, **changes)
    assert code == UNUSABLE
    assert checks[name]["verdict"] == "bad", checks
    assert finding in checks[name]["finding"] and cure in checks[name]["cure"], checks[name]


def test_the_doctor_finds_no_mistake_in_what_env_prints(shell):
    code, checks = examine(shell)
    assert code == HEALTHY, checks
    assert {check["verdict"] for check in checks.values()} == {"good"}, checks
    assert "Session Executor" in checks["token"]["finding"]
    assert "https://dynamicsessions.io" in checks["token"]["finding"]


def test_the_doctor_has_a_line_for_each_finding(shell):
    ended = subprocess.run(
        [BINARY, "doctor", "--client"], env=shell, capture_output=True, text=True, timeout=60
    )
    assert ended.stdout.splitlines()[0] == "client"
    assert "  good     identity " in ended.stdout


def test_an_endpoint_with_a_path_too_many_or_too_few(shell):
    endpoint = shell["POOL_MANAGEMENT_ENDPOINT"]
    name = "POOL_MANAGEMENT_ENDPOINT"
    too_many, too_few = endpoint + "/python/execute", endpoint.rsplit("/", 1)[0]
    assert_bad(shell, name, "/python/execute", f"export {name}={endpoint}", **{name: too_many})
    assert_bad(shell, name, "before the name", "sessionPools/NAME", **{name: too_few})
    for wrong, reason in ((too_many, "remove `/python/execute`"), (too_few, "/sessionPools/NAME")):
        answer = requests.post(f"{wrong}/code/execute?identifier=abcd", timeout=HTTP_SECONDS,
                               headers={"Authorization": f"Bearer {token_of(shell)}"})  # fmt: skip
        assert answer.status_code == 400
        assert reason in answer.headers["x-emulator-reason"]


def token_of(shell, resource="https://dynamicsessions.io"):
    answer = requests.get(
        f"{shell['IDENTITY_ENDPOINT']}?api-version=2019-08-01&resource={resource}",
        headers={"X-IDENTITY-HEADER": "any"},
        timeout=HTTP_SECONDS,
    )
    return answer.json()["access_token"]


def test_http_where_https_is_meant_and_the_other_way_round(shell):
    https, http = shell["ACA_POOL_MANAGEMENT_ENDPOINT"], shell["POOL_MANAGEMENT_ENDPOINT"]
    name = "ACA_POOL_MANAGEMENT_ENDPOINT"
    assert_bad(shell, name, "https only", "https://HOST:PORT", **{name: http})
    to_tls = {**no_endpoint(shell), "POOL_MANAGEMENT_ENDPOINT": https.replace("https:", "http:")}
    assert_bad(shell, "answer", "status 400", "use https://", **to_tls)
    to_plain = {**no_endpoint(shell), name: http.replace("http:", "https:")}
    assert_bad(shell, "answer", "TLS", "write http://", **to_plain)


def no_endpoint(shell):
    """Unsets every variable that names an endpoint of a pool."""
    names = (name for name in shell if name.lower().endswith("endpoint"))
    return {name: None for name in names if name != "IDENTITY_ENDPOINT"}


def test_a_certificate_that_is_not_trusted(shell, tmp_path):
    shutil.copy("/etc/ssl/certs/ca-certificates.crt", tmp_path / "public.pem")
    public = str(tmp_path / "public.pem")
    assert_bad(shell, "REQUESTS_CA_BUNDLE", "not trusted", "dynsessions cert",
               REQUESTS_CA_BUNDLE=public)  # fmt: skip
    code, checks = examine(shell, NODE_EXTRA_CA_CERTS=None)
    assert (code, checks["NODE_EXTRA_CA_CERTS"]["verdict"]) == (HEALTHY, "warning")
    all_unset = dict.fromkeys(("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"))
    assert_bad(shell, "answer", "not trusted", "dynsessions env", **all_unset)


def test_an_identity_endpoint_whose_server_has_stopped(shell):
    stopped = "http://127.0.0.1:1/msi/token"
    assert_bad(shell, "identity", "has stopped", "dynsessions env", IDENTITY_ENDPOINT=stopped)
    assert_bad(shell, "identity", "is not set", "dynsessions env", IDENTITY_ENDPOINT=None)
    assert_bad(shell, "identity", "IDENTITY_HEADER", "dynsessions env", IDENTITY_HEADER=None)


def test_a_proxy_that_catches_localhost(shell):
    changes = {"HTTP_PROXY": "http://127.0.0.1:1", "NO_PROXY": None, "no_proxy": None}
    assert_bad(shell, "HTTP_PROXY", "to this proxy", "NO_PROXY=127.0.0.1,localhost", **changes)
    code, checks = examine(shell, HTTP_PROXY="http://127.0.0.1:1")
    assert (code, checks["HTTP_PROXY"]["verdict"]) == (HEALTHY, "good")


def test_a_variable_that_leads_the_credential_to_azure(shell):
    code, checks = examine(shell, AZURE_CLIENT_SECRET="mine")
    assert (code, checks["AZURE_CLIENT_SECRET"]["verdict"]) == (HEALTHY, "warning")
    assert checks["AZURE_CLIENT_SECRET"]["cure"] == "unset AZURE_CLIENT_SECRET"


def test_no_variable_at_all(tmp_path):
    ended = run_to_end("doctor", "--client", before=("env", "-i", f"HOME={tmp_path}"))
    assert ended.returncode == UNUSABLE
    assert "no variable names the endpoint" in ended.stdout
    assert "dynsessions env" in ended.stdout


@pytest.mark.parametrize(
    "options, reason",
    [
        (["--identity-roles", "none"], "Session Executor"),
        (["--identity-token-lifetime", "0"], "`exp` of the token has passed"),
    ],
)
def test_tokens_that_the_server_refuses(emulator_factory, options, reason):
    server = emulator_factory("--auth", "claims", "--ready-sessions", "0", *options)
    variables = {
        "POOL_MANAGEMENT_ENDPOINT": server.endpoint,
        "IDENTITY_ENDPOINT": server.identity_endpoint,
        "IDENTITY_HEADER": "any",
    }
    code, checks = examine(variables)
    assert code == UNUSABLE
    assert checks["token"]["verdict"] == "warning" and reason in checks["token"]["finding"]
    assert checks["answer"]["verdict"] == "bad" and reason in checks["answer"]["cure"]
    server.await_log(reason)


def test_a_token_for_another_audience_is_explained_in_the_log(shell, claims_server):
    token = token_of(shell, "https://management.azure.com")
    answer = requests.get(
        f"{claims_server.endpoint}/files?identifier=abcd&api-version=2025-10-02-preview",
        headers={"Authorization": f"Bearer {token}"},
        timeout=HTTP_SECONDS,
    )
    assert answer.status_code == 401
    assert "https://dynamicsessions.io/.default" in answer.headers["x-emulator-reason"]
    claims_server.await_log("ask for the scope https://dynamicsessions.io/.default")


def test_the_doctor_asks_no_server_whose_endpoint_is_wrong(shell):
    """A request to a wrong endpoint would only repeat the mistake."""
    code, checks = examine(
        {}, POOL_MANAGEMENT_ENDPOINT="ftp://somewhere", IDENTITY_ENDPOINT=shell["IDENTITY_ENDPOINT"],
        IDENTITY_HEADER="any",
    )  # fmt: skip
    assert code == UNUSABLE and "answer" not in checks
