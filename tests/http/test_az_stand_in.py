"""The stand-in for the Azure CLI: credentials that call `az` for a token get one offline
(api-spec/CLIENTS.md section 4.5)."""

import json
import os
import subprocess
import sys
from pathlib import Path

import jwt
import pytest
import yaml

from support.emulator import BINARY, run_to_end

AZ_DIRECTORY = Path(BINARY).parent / "az-stand-in"
RESOURCE = "https://dynamicsessions.io"

CREDENTIAL = f"""
from azure.identity import AzureCliCredential
print(AzureCliCredential().get_token("{RESOURCE}/.default").token)
"""


@pytest.fixture(scope="module")
def shell(claims_server, tmp_path_factory):
    """Returns the environment of a shell that is pointed at the server, with the stand-in in
    PATH."""
    return {
        "PATH": f"/usr/bin:/bin:{AZ_DIRECTORY}",
        "HOME": str(tmp_path_factory.mktemp("home")),
        "IDENTITY_ENDPOINT": claims_server.identity_endpoint,
        "IDENTITY_HEADER": "any",
        "AZURE_POOL_MANAGEMENT_ENDPOINT": claims_server.endpoint,
    }


def az(shell, *words):
    return subprocess.run(["az", *words], env=shell, capture_output=True, text=True, timeout=60)


def claims_of(token):
    return jwt.decode(token, options={"verify_signature": False})


def test_the_credential_of_the_azure_cli_gets_a_token(shell):
    """azure-identity runs `az` by the path that `which` returns, in an unusual working
    directory."""
    ended = subprocess.run(
        [sys.executable, "-c", CREDENTIAL], env=shell, capture_output=True, text=True, timeout=60
    )
    assert ended.returncode == 0, ended.stderr
    assert claims_of(ended.stdout.strip())["aud"] == RESOURCE


def test_a_token_is_printed_in_each_form(shell, claims_server):
    words = ("account", "get-access-token", "--resource", RESOURCE)
    printed = az(shell, *words)
    assert (printed.returncode, printed.stderr) == (0, "")
    answer = json.loads(printed.stdout)
    assert set(answer) == {
        "accessToken", "expiresOn", "expires_on", "subscription", "tenant", "tokenType",
    }  # fmt: skip
    claims = claims_of(answer["accessToken"])
    assert (claims["aud"], claims["exp"]) == (RESOURCE, answer["expires_on"])
    assert answer["tenant"] == claims["tid"] == claims_server.tenant
    assert set(yaml.safe_load(az(shell, *words, "-o", "yaml").stdout)) == set(answer)
    assert len(az(shell, *words, "-o", "tsv").stdout.split("\t")) == len(answer)
    assert az(shell, *words, "-o", "table").stdout.split()[:2] == ["AccessToken", "ExpiresOn"]
    assert az(shell, *words, "-o", "none").stdout == ""
    text = az(shell, *words, "--query", "accessToken", "-o", "tsv").stdout.strip()
    assert claims_of(text)["aud"] == RESOURCE


def test_the_account_has_the_tenant_and_the_subscription(shell, claims_server):
    account = json.loads(az(shell, "account", "show").stdout)
    assert account["tenantId"] == claims_server.tenant
    assert f"/subscriptions/{account['id']}/" in claims_server.endpoint
    named = az(shell, "account", "show", "--query", "{tenant:tenantId,who:user.type}")
    assert json.loads(named.stdout) == {"tenant": claims_server.tenant, "who": "servicePrincipal"}


def test_anything_else_is_refused_in_one_sentence(shell):
    refused = az(shell, "group", "list")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "stand-in for az of dynsessions" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    assert "not `login`" in az(shell, "login", "--identity").stderr


def test_a_server_that_has_stopped_is_an_error_that_names_the_cure(shell):
    stopped = az({**shell, "IDENTITY_ENDPOINT": "http://127.0.0.1:1/msi/token"}, "account", "show")
    assert stopped.returncode == 1
    assert "IDENTITY_ENDPOINT" in stopped.stderr and "dynsessions env" in stopped.stderr
    unset = {name: value for name, value in shell.items() if name != "IDENTITY_ENDPOINT"}
    assert "IDENTITY_ENDPOINT is not set" in az(unset, "account", "show").stderr


@pytest.fixture
def installed(tmp_path):
    """Returns a directory with an Azure CLI."""
    program = tmp_path / "az"
    program.write_text("#!/bin/sh\necho the Azure CLI\n")
    program.chmod(0o755)
    return str(tmp_path)


@pytest.mark.parametrize(
    "place, who", [("last", "the Azure CLI"), ("first", "dynsessions az"), ("off", "the Azure CLI")]
)
def test_an_installed_azure_cli_is_not_hidden_unless_asked(emulator, installed, place, who):
    port = emulator.admin.rsplit(":", 1)[1]
    path = f"{installed}:/usr/bin:/bin"
    env = run_to_end("env", "--admin-port", port, "--az-stand-in", place, PATH=path)
    ran = subprocess.run(
        ["sh", "-c", env.stdout + "\naz --help"],
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert who in ran.stdout, ran.stderr
