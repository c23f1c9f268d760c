"""LangChain's tool with its default credential, at the endpoint that ARM named, in a pool of two
sessions: the third is refused, and served after the pool grew; the first keeps its variables."""

import pytest
import requests
from langchain_azure_dynamic_sessions import SessionsPythonREPLTool

from support.arm import Arm, python_pool
from support.emulator import Emulator


@pytest.fixture(scope="module")
def server():
    started = Emulator("--auth", "claims", "--ready-sessions", "0", "--no-zygote")
    yield started
    started.stop()


def management_token(server):
    answer = requests.get(
        server.identity_endpoint,
        params={"api-version": "2019-08-01", "resource": server.https},
        headers={"X-IDENTITY-HEADER": "any"},
        timeout=60,
    )
    return answer.json()["access_token"]


@pytest.fixture
def credential(server, monkeypatch):
    """A credential, with the variables that it reads and the HTTP client's trusted authority."""
    for name in ("AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_TENANT_ID"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("IDENTITY_ENDPOINT", server.identity_endpoint)
    monkeypatch.setenv("IDENTITY_HEADER", "any")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", server.authority)


def test_a_pool_of_two_sessions_that_grows(server, credential):
    arm = Arm(server, token=management_token(server))
    created = arm.pool("PUT", "small-pool", python_pool(maximum=2)).json()
    endpoint = created["properties"]["poolManagementEndpoint"]
    first, second, third = (
        SessionsPythonREPLTool(pool_management_endpoint=endpoint, session_id=name)
        for name in ("first", "second", "third")
    )
    assert first.execute("kept = 41")["status"] == "Success"
    assert second.execute("1")["status"] == "Success"
    with pytest.raises(requests.HTTPError) as refused:
        third.execute("1")
    assert refused.value.response.json()["error"]["code"] == "SessionPoolExhausted"
    change = {"properties": {"scaleConfiguration": {"maxConcurrentSessions": 4}}}
    assert arm.pool("PATCH", "small-pool", change).status_code == 200
    assert third.execute("6 * 7")["result"] == 42
    assert first.execute("kept + 1")["result"] == 42
