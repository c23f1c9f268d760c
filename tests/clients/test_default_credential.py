"""LangChain's tool as its documentation shows it: no token provider, only environment variables.

The credentials of azure-identity send the requests of api-spec/CLIENTS.md section 4.
"""

import json
import subprocess
import sys

import pytest

ASK = """
import sys
from langchain_azure_dynamic_sessions import SessionsPythonREPLTool
tool = SessionsPythonREPLTool(pool_management_endpoint=sys.argv[1])
print(tool.invoke("6 * 7"))
"""


@pytest.fixture(scope="module")
def server(claims_server):
    return claims_server


def managed_identity(server):
    return {"IDENTITY_ENDPOINT": server.identity_endpoint, "IDENTITY_HEADER": "any"}


def virtual_machine(server):
    return {"AZURE_POD_IDENTITY_AUTHORITY_HOST": server.http}


def application(server):
    return {
        "AZURE_TENANT_ID": "adfs",
        "AZURE_CLIENT_ID": "an-app",
        "AZURE_CLIENT_SECRET": "any",
        "AZURE_AUTHORITY_HOST": server.https,
        "REQUESTS_CA_BUNDLE": server.authority,
    }


WAYS = [managed_identity, virtual_machine, application]


def run_client(server, variables, tmp_path):
    """Runs the client in a clean environment: the machine's Azure and proxy settings have no
    effect."""
    return subprocess.run(
        [sys.executable, "-c", ASK, server.endpoint],
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), **variables},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_the_default_credential_gets_its_token_here(server, way, tmp_path):
    ended = run_client(server, way(server), tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["result"] == 42


def test_a_client_that_insists_on_https_tells_so(server, tmp_path):
    variables = {**application(server), "AZURE_AUTHORITY_HOST": server.http}
    ended = run_client(server, variables, tmp_path)
    assert ended.returncode != 0
    assert "https" in ended.stderr
