"""Access to the service by each value of --auth, and that no secret of it is logged."""

import re

import pytest
import requests

from support.emulator import HTTP_SECONDS, Emulator, run_to_end
from support.wire import assert_headers_of_every_answer, assert_refused

BY_CLAIMS = ("--auth", "claims", "--ready-sessions", "0")


def make_token(*options):
    made = run_to_end("token", *options)
    assert made.returncode == 0, made.stderr
    assert re.fullmatch(r"[\w-]+\.[\w-]+\.\n", made.stdout)
    return made.stdout.strip()


def list_files(server, authorization=None):
    """Sends a cheap request with exactly this Authorization header, or none."""
    headers = {} if authorization is None else {"Authorization": authorization}
    query = {"identifier": "an-identifier", "api-version": "2025-10-02-preview"}
    return requests.get(
        f"{server.endpoint}/files", params=query, headers=headers, timeout=HTTP_SECONDS
    )


def list_files_with(server, *token_options):
    return list_files(server, f"Bearer {make_token(*token_options)}")


def assert_401(answer, description):
    assert answer.status_code == 401
    assert answer.content == b""
    challenge = f'Bearer error="invalid_token", error_description="{description}"'
    assert answer.headers["www-authenticate"] == challenge
    assert "content-type" not in answer.headers
    assert "x-ms-error-code" not in answer.headers
    assert_headers_of_every_answer(answer)


@pytest.fixture(scope="module")
def by_claims():
    server = Emulator(*BY_CLAIMS)
    yield server
    server.stop()


@pytest.mark.parametrize(
    "options", [["--expires-in", "soon"], ["--role", "a", "--no-role"], ["--tenant", "a"]]
)
def test_a_token_that_cannot_be_made_is_wrong_usage(options):
    ended = run_to_end("token", *options)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert options[-2] in ended.stderr or options[-1] in ended.stderr


WITHOUT_TOKEN = [None, "", "Bearer", "Bearer ", "Basic dXNlcjpwYXNz", "a-token"]


@pytest.mark.parametrize("authorization", WITHOUT_TOKEN)
def test_by_default_a_bearer_token_must_be_there(emulator, authorization):
    answer = list_files(emulator, authorization)
    assert_401(answer, "The request has no bearer token.")
    assert answer.headers["x-emulator-reason"]


@pytest.mark.parametrize("authorization", ["Bearer x", "bearer x", "Bearer not.a.token"])
def test_by_default_any_token_will_do(emulator, authorization):
    assert list_files(emulator, authorization).status_code == 200


def test_with_auth_off_no_token_is_needed(emulator_factory):
    server = emulator_factory("--auth", "off", "--ready-sessions", "0")
    assert list_files(server).status_code == 200
    assert list_files(server, "Basic dXNlcjpwYXNz").status_code == 200


@pytest.mark.parametrize("authorization", WITHOUT_TOKEN)
def test_by_claims_a_bearer_token_must_be_there(by_claims, authorization):
    assert_401(list_files(by_claims, authorization), "The request has no bearer token.")


@pytest.mark.parametrize("token", ["x", "a.b.c", "e30.e30", "e30.W10.", "....", "x" * 20_000])
def test_by_claims_a_token_that_is_none_is_refused(by_claims, token):
    assert_401(list_files(by_claims, f"Bearer {token}"), "The token is malformed")


GOOD = [
    [],
    ["--audience", "https://dynamicsessions.io/"],
    ["--audience", "https://acasessions.io"],
    ["--audience", "https://acasessions.io/"],
    ["--role", "0fb8eba5-a2bb-4abe-b1c1-49dfad359bb0"],
    ["--expires-in", "60", "--oid", "4c7d1f9a-0000-4000-8000-000000000000"],
]


@pytest.mark.parametrize("options", GOOD)
def test_by_claims_a_good_token_is_accepted(by_claims, options):
    assert list_files_with(by_claims, *options).status_code == 200


BAD = [
    (["--audience", "https://management.azure.com"], "The audience is invalid"),
    (["--audience", ""], "The audience is invalid"),
    (["--expires-in", "-1"], "The token is expired"),
    (["--expires-in", "0"], "The token is expired"),
    (["--expires-in", "-86400", "--no-role"], "The token is expired"),
]


@pytest.mark.parametrize("options,description", BAD)
def test_by_claims_a_token_for_elsewhere_or_yesterday_is_refused(by_claims, options, description):
    assert_401(list_files_with(by_claims, *options), description)


@pytest.mark.parametrize("options", [["--no-role"], ["--role", "Contributor"]])
def test_a_token_without_the_role_is_403_in_the_envelope(by_claims, options):
    answer = list_files_with(by_claims, *options)
    assert_refused(answer, 403, "AuthorizationFailed")
    assert "--executor" in answer.headers["x-emulator-reason"]


def test_a_token_without_the_role_is_401_when_set_so(emulator_factory):
    server = emulator_factory(*BY_CLAIMS, "--role-missing", "401")
    assert_401(list_files_with(server, "--no-role"), "The token has no role on this pool")


def test_only_executors_have_the_role(emulator_factory):
    server = emulator_factory(*BY_CLAIMS, "--executor", "first,second", "--executor", "third")
    for oid in ("first", "second", "third"):
        assert list_files_with(server, "--no-role", "--oid", oid).status_code == 200
    assert_refused(list_files_with(server, "--no-role", "--oid", "fourth"), 403)
    late = list_files_with(server, "--no-role", "--oid", "first", "--expires-in", "-1")
    assert_401(late, "The token is expired")


def test_an_exact_server_does_not_explain_its_refusals(emulator_factory):
    server = emulator_factory(*BY_CLAIMS, "--exact")
    for answer in (list_files(server), list_files_with(server, "--no-role")):
        assert answer.status_code in (401, 403)
        assert "x-emulator-reason" not in answer.headers


def test_the_admin_api_needs_no_token(by_claims):
    assert requests.get(f"{by_claims.admin}/health/live", timeout=HTTP_SECONDS).status_code == 200


# Secrets of requests and answers must never be logged; the paths of requests are logged, and file
# names are part of them. No other text contains one of these by chance.
SECRETS = {
    "identifier": "secret-identifier-7c1d",
    "code": "secret_code_52ab",
    "output": "secret-output-90ef",
    "error": "secret-error-3f3f",
    "content": "secret-content-d04c",
    "oid": "secret-oid-61aa",
}


def make_every_kind_of_request(server, token):
    """Sends requests that succeed, fail or are refused; every secret passes through the server."""
    bearer = {"Authorization": f"Bearer {token}"}
    session = server.session(SECRETS["identifier"])
    code = f"{SECRETS['code']} = 1\nprint('{SECRETS['output']}')"
    failing = f"raise ValueError('{SECRETS['error']}')"
    upload = {"file": ("file-e8b1.txt", SECRETS["content"])}
    requests_made = [
        session.executions(code, headers=bearer),
        session.executions(failing, headers=bearer),
        session.send("POST", "files", headers=bearer, files=upload),
        session.send("GET", "files/file-e8b1.txt/content", headers=bearer),
        session.send("GET", "files/file-e8b1.txt-missing", headers=bearer),
        session.send("GET", "files", headers=bearer),
        session.send("POST", "executions", headers=bearer, data=SECRETS["code"]),
        session.send("GET", f"nothing/{SECRETS['identifier']}", headers=bearer),
        session.send("GET", "files", headers={"Authorization": f"Basic {token}"}),
        session.send("GET", "files", headers={"Authorization": f"Bearer {token}x.y"}),
        session.send("GET", "files", headers={**bearer, "Host": f"{SECRETS['oid']}.example"}),
        session.send("GET", "files", headers={**bearer, "Origin": f"https://{SECRETS['oid']}"}),
        session.send("GET", "files", headers={**bearer, "X-Too-Long": SECRETS["oid"] * 4000}),
        session.send("DELETE", "session", "2025-02-02-preview", headers=bearer),
    ]
    return [answer.status_code for answer in requests_made]


def test_neither_tokens_nor_identifiers_nor_code_reach_the_log(emulator_factory):
    server = emulator_factory(*BY_CLAIMS, "--log-level", "debug", "--executor", SECRETS["oid"])
    token = make_token("--no-role", "--oid", SECRETS["oid"])
    statuses = make_every_kind_of_request(server, token)
    assert statuses[:4] == [200, 200, 200, 200] and statuses[-1] == 204, statuses
    assert set(statuses[8:12]) == {401, 421, 403}, statuses
    server.stop()
    log = server.stderr()
    assert "allocated" in log and "execute" in log, "the log is empty"
    header, payload, _ = token.split(".")
    found = [what for what, secret in SECRETS.items() if secret in log]
    assert found == []
    assert header not in log and payload not in log
