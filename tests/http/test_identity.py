"""The offline identity: tokens without an Azure account (api-spec/CLIENTS.md section 4)."""

import base64
import json
import subprocess
import sys
import urllib.parse

import jwt
import pytest
import requests

AUDIENCE = "https://dynamicsessions.io"
SCOPE = f"{AUDIENCE}/.default"
ROLE = "Azure ContainerApps Session Executor"
FORM = {"grant_type": "client_credentials", "client_id": "an-app", "scope": SCOPE}
SECRET = {"client_secret": "any"}
HEADER = {"X-IDENTITY-HEADER": "any"}
V2019 = f"api-version=2019-08-01&resource={AUDIENCE}"


@pytest.fixture(scope="module")
def server(claims_server):
    return claims_server


@pytest.fixture(scope="module")
def https(server):
    client = requests.Session()
    client.verify, client.trust_env = server.authority, False
    return client


def app_service(server, query=V2019, headers=HEADER):
    return requests.get(f"{server.identity_endpoint}?{query}", headers=headers, timeout=30)


def executes(server, token):
    """Returns the answer to an execution with this token."""
    return requests.post(
        f"{server.endpoint}/code/execute?identifier=a-session&api-version=2024-02-02-preview",
        json={
            "properties": {
                "codeInputType": "inline",
                "executionType": "synchronous",
                "code": "6 * 7",
            }
        },
        headers={"Authorization": f"Bearer {token}"},
        timeout=60,
    )


def claims_of(server, token, audience=AUDIENCE):
    """Returns the claims of a token whose signature a client has checked with the published
    keys."""
    keys = requests.get(f"{server.http}/{server.tenant}/discovery/v2.0/keys", timeout=30).json()
    key = jwt.PyJWKSet.from_dict(keys)[jwt.get_unverified_header(token)["kid"]]
    return jwt.decode(token, key, algorithms=["RS256"], audience=audience)


def assert_refused(answer, status, words):
    """Checks that the refusal is JSON; clients show only its text."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    body = answer.json()
    assert body["statusCode"] == status
    assert words in body["message"] and body["message"] == body["error_description"]


APP_SERVICE = {
    "resource as it is": (V2019, HEADER),
    "escaped resource": (
        f"api-version=2019-08-01&resource={urllib.parse.quote(AUDIENCE, safe='')}",
        HEADER,
    ),
    "with Metadata": (V2019, {**HEADER, "Metadata": "true"}),
    "a scope for a resource": (f"api-version=2019-08-01&resource={SCOPE}", HEADER),
    "a secret": (f"api-version=2017-09-01&resource={AUDIENCE}", {"secret": "any"}),
    "no secret": (f"api-version=2017-09-01&resource={AUDIENCE}", {}),
}


@pytest.mark.parametrize("request_", APP_SERVICE)
def test_a_managed_identity_of_app_service_gets_a_token_that_executes(server, request_):
    answer = app_service(server, *APP_SERVICE[request_])
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["token_type"] == "Bearer" and body["expires_in"] == "3600"
    claims = claims_of(server, body["access_token"])
    assert claims["exp"] == int(body["expires_on"]) == claims["iat"] + 3600
    assert claims["roles"] == [ROLE] and claims["tid"] == server.tenant
    assert claims["oid"] == claims["sub"] and claims["appid"] == body["client_id"]
    assert executes(server, body["access_token"]).json()["properties"]["result"] == 42


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("headers", [{"Metadata": "true"}, {}])
def test_a_managed_identity_of_a_virtual_machine_gets_a_token(server, slash, headers):
    answer = requests.get(
        f"{server.http}/metadata/identity/oauth2/token{slash}?api-version=2018-02-01&resource={AUDIENCE}",
        headers=headers,
        timeout=30,
    )
    body = answer.json()
    assert claims_of(server, body["access_token"])["nbf"] == int(body["not_before"])
    assert executes(server, body["access_token"]).status_code == 200


def test_cloud_shell_posts_a_form(server):
    answer = requests.post(server.identity_endpoint, data={"resource": AUDIENCE}, timeout=30)
    assert executes(server, answer.json()["access_token"]).status_code == 200


def test_a_user_assigned_identity_is_in_its_token(server):
    answer = app_service(server, V2019 + "&client_id=the-client&object_id=the-object")
    claims = claims_of(server, answer.json()["access_token"])
    assert (claims["appid"], claims["oid"]) == ("the-client", "the-object")
    assert answer.json()["client_id"] == "the-client"


TOKEN_ENDPOINTS = {
    "v2": ("/common/oauth2/v2.0/token", {**FORM, **SECRET}),
    "v1": (
        "/common/oauth2/token",
        {"grant_type": "client_credentials", "client_id": "a", "resource": AUDIENCE, **SECRET},
    ),
    "AD FS": ("/adfs/oauth2/token?client-request-id=1", {**FORM, **SECRET}),
    "AD FS v2": ("/adfs/oauth2/v2.0/token", {**FORM, **SECRET}),
    "an assertion": ("/common/oauth2/v2.0/token", {**FORM, "client_assertion": "a.b.c"}),
    "a user": (
        "/common/oauth2/v2.0/token",
        {
            "grant_type": "password",
            "client_id": "a",
            "username": "u@example.org",
            "password": "p",
            "scope": f"openid profile {AUDIENCE}/user_impersonation",
        },
    ),
}


@pytest.mark.parametrize("endpoint", TOKEN_ENDPOINTS)
def test_a_token_endpoint_gives_a_token_that_executes(server, https, endpoint):
    path, form = TOKEN_ENDPOINTS[endpoint]
    answer = https.post(server.https + path, data=form, timeout=30)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["token_type"] == "Bearer" and body["expires_in"] == 3600
    claims = claims_of(server, body["access_token"])
    assert claims["appid"] == form["client_id"]
    assert claims.get("upn") == form.get("username")
    assert executes(server, body["access_token"]).status_code == 200


USER_CREDENTIAL = """
import sys
from azure.identity import UsernamePasswordCredential
credential = UsernamePasswordCredential(
    "an-app", "u@example.org", "any", authority=sys.argv[1], tenant_id=sys.argv[2],
    disable_instance_discovery=True,
)
print(credential.get_token("https://dynamicsessions.io/.default").token)
"""


def test_a_credential_of_a_user_signs_in(server):
    """azure-identity reads the id token. With another tenant MSAL would send a request to port
    443."""
    ended = subprocess.run(
        [sys.executable, "-c", USER_CREDENTIAL, server.https, "adfs"],
        env={"PATH": "/usr/bin:/bin", "REQUESTS_CA_BUNDLE": server.authority},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 0, ended.stderr
    assert claims_of(server, ended.stdout.strip())["upn"] == "u@example.org"
    assert executes(server, ended.stdout.strip()).status_code == 200


def test_passwords_of_every_user_are_checked_here(server, https):
    """MSAL requests the user's realm before it sends a password."""
    found = https.get(
        f"{server.https}/common/userrealm/u@example.org?api-version=1.0", timeout=30
    ).json()
    assert (found["account_type"], found["domain_name"]) == ("Managed", "example.org")


def test_an_id_token_is_for_the_client_and_only_if_a_user_asks_for_it(server, https):
    path, form = TOKEN_ENDPOINTS["a user"]
    body = https.post(server.https + path, data=form, timeout=30).json()
    assert claims_of(server, body["id_token"], "a")["preferred_username"] == "u@example.org"
    without = {**form, "scope": SCOPE}
    assert "id_token" not in https.post(server.https + path, data=without, timeout=30).json()
    path, form = TOKEN_ENDPOINTS["v2"]
    application = {**form, "scope": f"openid {SCOPE}"}
    assert "id_token" not in https.post(server.https + path, data=application, timeout=30).json()


def test_the_older_version_names_a_user_assigned_identity_differently(server):
    query = f"api-version=2017-09-01&resource={AUDIENCE}&clientid=the-client"
    answer = app_service(server, query, {"secret": "any"})
    assert claims_of(server, answer.json()["access_token"])["appid"] == "the-client"


def test_the_tenant_of_the_path_is_in_the_token(server, https):
    tenant = "3f2b1c7e-0000-4000-8000-0123456789ab"
    answer = https.post(
        f"{server.https}/{tenant}/oauth2/v2.0/token", data={**FORM, **SECRET}, timeout=30
    )
    claims = claims_of(server, answer.json()["access_token"])
    assert claims["tid"] == tenant
    assert claims["iss"] == f"{server.https}/{tenant}/v2.0"


@pytest.mark.parametrize(
    "path, token_path",
    [
        ("/a-tenant/v2.0", "/a-tenant/oauth2/v2.0/token"),
        ("/a-tenant", "/a-tenant/oauth2/token"),
        ("/adfs", "/adfs/oauth2/token"),
    ],
)
def test_discovery_leads_to_the_token_endpoint_and_the_keys(server, https, path, token_path):
    found = https.get(f"{server.https}{path}/.well-known/openid-configuration", timeout=30).json()
    assert found["token_endpoint"] == server.https + token_path
    assert https.get(found["jwks_uri"], timeout=30).json()["keys"][0]["kty"] == "RSA"
    token = https.post(found["token_endpoint"], data={**FORM, **SECRET}, timeout=30).json()
    assert claims_of(server, token["access_token"])["iss"] == found["issuer"]


def test_instance_discovery_names_this_host_only(server, https):
    found = https.get(
        f"{server.https}/common/discovery/instance?api-version=1.1", timeout=30
    ).json()
    host = urllib.parse.urlsplit(server.https).netloc
    assert found["metadata"] == [
        {"preferred_network": host, "preferred_cache": host, "aliases": [host]}
    ]
    assert https.get(found["tenant_discovery_endpoint"], timeout=30).status_code == 200


REFUSED = {
    "no header": ("GET", f"/msi/token?{V2019}", {}, None, 401, "IDENTITY_HEADER"),
    "no resource": ("GET", "/msi/token?api-version=2019-08-01", HEADER, None, 400, "`resource`"),
    "unknown version": (
        "GET",
        f"/msi/token?api-version=2030-01-01&resource={AUDIENCE}",
        HEADER,
        None,
        400,
        "2019-08-01",
    ),
    "another method": ("DELETE", "/msi/token", HEADER, None, 400, "GET"),
    "no path": ("GET", f"/?{V2019}", HEADER, None, 400, "/msi/token"),
    "another path": ("GET", f"/MSI/token/it?{V2019}", HEADER, None, 400, "/msi/token"),
    "no secret": ("POST", "/t/oauth2/v2.0/token", {}, FORM, 401, "AZURE_CLIENT_SECRET"),
    "no client": (
        "POST",
        "/t/oauth2/v2.0/token",
        {},
        {"grant_type": "client_credentials", **SECRET},
        400,
        "AZURE_CLIENT_ID",
    ),
    "no scope": (
        "POST",
        "/t/oauth2/v2.0/token",
        {},
        {"grant_type": "client_credentials", "client_id": "a", **SECRET},
        400,
        "scope",
    ),
    "device code": (
        "POST",
        "/t/oauth2/v2.0/token",
        {},
        {**FORM, "grant_type": "urn:ietf:params:oauth:grant-type:device_code"},
        400,
        "grant type",
    ),
    "no grant": ("POST", "/t/oauth2/v2.0/token", {}, b"{}", 400, "grant_type=client_credentials"),
    "no device login": ("POST", "/t/oauth2/v2.0/devicecode", {}, FORM, 400, "/oauth2/v2.0/token"),
    "another document": ("GET", "/.well-known/openid-configuration", {}, None, 400, "identity"),
    "no form": ("POST", "/t/oauth2/v2.0/token", {}, b"%zz", 400, "form"),
    "a long form": ("POST", "/t/oauth2/v2.0/token", {}, b"a=" + bytes(70_000), 413, "65536"),
    "a web page": (
        "GET",
        f"/msi/token?{V2019}",
        {**HEADER, "Origin": "https://evil.example"},
        None,
        403,
        "rigin",
    ),
    "another host": (
        "GET",
        f"/msi/token?{V2019}",
        {**HEADER, "Host": "evil.example"},
        None,
        403,
        "--allowed-host",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_refusal_is_json_with_the_cure(server, case):
    method, path, headers, data, status, words = REFUSED[case]
    answer = requests.request(method, server.http + path, headers=headers, data=data, timeout=30)
    assert_refused(answer, status, words)


@pytest.mark.parametrize(
    "options, status, words",
    [
        (["--identity-roles", "none"], 403, "Executor"),
        (["--identity-roles", "Reader"], 403, "Executor"),
        (["--identity-token-lifetime", "0"], 401, "exp"),
    ],
)
def test_options_make_tokens_that_are_refused(emulator_factory, options, status, words):
    server = emulator_factory("--auth", "claims", "--ready-sessions", "0", *options)
    token = app_service(server).json()["access_token"]
    answer = executes(server, token)
    assert answer.status_code == status
    assert words in answer.headers["x-emulator-reason"]


def test_a_token_for_another_audience_or_that_was_changed_is_refused(server):
    other = app_service(server, "api-version=2019-08-01&resource=https://management.azure.com/")
    answer = executes(server, other.json()["access_token"])
    assert (answer.status_code, "aud" in answer.headers["x-emulator-reason"]) == (401, True)
    token = app_service(server).json()["access_token"]
    head, _, signature = token.split(".")
    claims = json.dumps({**claims_of(server, token), "oid": "somebody else"}).encode()
    encoded = base64.urlsafe_b64encode(claims).decode().rstrip("=")
    answer = executes(server, f"{head}.{encoded}.{signature}")
    assert (answer.status_code, "sign" in answer.headers["x-emulator-reason"]) == (401, True)


def test_tenant_and_principal_can_be_set_and_the_key_outlives_a_restart(emulator_factory, tmp_path):
    tenant, principal = (
        "11111111-2222-4333-8444-555555555555",
        "66666666-7777-4888-8999-000000000000",
    )
    options = ("--tenant", tenant, "--identity-principal", principal, "--state-dir", str(tmp_path))
    server = emulator_factory(*options, "--auth", "claims", "--https-port", "off")
    token = app_service(server).json()["access_token"]
    claims = claims_of(server, token)
    assert (claims["tid"], claims["oid"]) == (tenant, principal)
    server.stop()
    again = emulator_factory(*options, "--auth", "claims", "--https-port", "off")
    assert claims_of(again, token) == claims
    assert executes(again, token).status_code == 200


def test_tokens_and_secrets_never_reach_the_log(emulator_factory):
    server = emulator_factory("--log-level", "debug", "--log-format", "json")
    token = app_service(server, headers={"X-IDENTITY-HEADER": "the-secret-header"}).json()[
        "access_token"
    ]
    form = {**FORM, "client_secret": "the-client-secret"}
    requests.post(f"{server.http}/t/oauth2/v2.0/token", data=form, timeout=30)
    server.stop()
    log = server.stderr()
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    assert {"get_token", "request_token"} <= {line.get("operation") for line in lines}
    for secret in (token.split(".")[2], "the-secret-header", "the-client-secret"):
        assert secret not in log
