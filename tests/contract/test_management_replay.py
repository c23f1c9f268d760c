"""Recorded sequences of the Azure CLI replayed, management and data plane in one: a pool is made,
assigned, listed, shown, used, changed and deleted, and every answer is the recorded one. Operations
are polled at the address that we answered.

Intended differences are listed in DEPARTURES; an entry that is not needed fails the test.
"""

import collections
import json
import re

import pytest

import derive_facts
from management import CONTAINERS, OPERATION, header_names, masked, masked_operation
from recordings import masked_body
from support.arm import Arm
from support.emulator import Emulator, run_to_end
from test_replay import expected_of as expected_of_data_plane

FACTS = derive_facts.load("management.json")
EXCHANGES = FACTS["exchanges"]
REPLAYED = [each for each in FACTS["conversations"] if each["exchanges"]]
GROUP = "clitest.rg000001"

# The number of interactions that are not replayed, by reason.
SKIPPED = {
    "a poll before the end of its operation": 67,  # the emulator ends it at the first poll
    "a pool of a container type that the emulator lacks": 76,  # NodeLTS
    "a refusal for want of rights": 1,  # ARM asks for no role here
    "the address of a custom container": 9,  # no container runs here
}


def _identity_is_shown(exchange):
    """Since August 2024, answers to other requests than PUT have the identity; the emulator always
    shows it."""

    def with_identity(pool):
        is_pool = isinstance(pool, dict) and "sessionpools" in str(pool.get("type"))
        lacks_it = is_pool and "identity" not in pool
        return {**pool, "identity": {"type": "None"}} if lacks_it else pool

    body = exchange["body"]
    if exchange["plane"] != "ARM" or exchange["method"] != "GET" or not body:
        return exchange
    if "value" in body:
        return {**exchange, "body": {"value": [with_identity(pool) for pool in body["value"]]}}
    return {**exchange, "body": with_identity(body)}


def _versions_are_always_named(exchange):
    """Some recorded empty lists lack `api-supported-versions`, because no provider answered; the
    emulator always sends it."""
    names = exchange.get("headers", [])
    if exchange["plane"] != "ARM" or "roleAssignments" in exchange["path"]:
        return exchange
    wanted = {"api-supported-versions", "x-powered-by", *names}
    return {**exchange, "headers": header_names(dict.fromkeys(wanted))}


def _containers_have_the_address_of_the_server(exchange):
    """CONTROL-PLANE.md section 1.3: in Azure the pool of an environment has its own host."""

    def addressed(pool):
        properties = pool.get("properties", {})
        if properties.get("poolManagementEndpoint") != CONTAINERS:
            return pool
        path = pool["id"].replace("/providers/Microsoft.App", "")
        properties = {**properties, "poolManagementEndpoint": f"<endpoint>{path}"}
        return {**pool, "properties": properties}

    body = exchange["body"]
    if exchange["plane"] != "ARM" or not body:
        return exchange
    if "value" in body:
        return {**exchange, "body": {"value": [addressed(pool) for pool in body["value"]]}}
    return {**exchange, "body": addressed(body)}


def _no_container_is_allocated(exchange):
    """Section 1.6: no session of a custom container runs here."""
    body = exchange["body"]
    if exchange["plane"] != "ARM" or not body:
        return exchange
    changed = json.loads(json.dumps(body))
    for pool in changed.get("value", [changed]):
        status = pool.get("properties", {}).get("templateUpdateStatus")
        if status:
            counts = status["activeTemplate"]["status"]
            counts |= {"readyCount": counts["expectedCount"], "allocatedCount": 0}
            counts["pendingCount"] = 0
    return {**exchange, "body": changed}


def _the_lifecycle_is_always_shown(exchange):
    """After one PATCH of May 2025 the service showed null for the cooldown of 400 that it asked."""
    properties = (exchange["body"] or {}).get("properties") if exchange["plane"] == "ARM" else None
    if not properties or properties.get("dynamicPoolConfiguration", "") is not None:
        return exchange
    cooldown = {"executionType": "Timed", "cooldownPeriodInSeconds": 400}
    properties = {**properties, "dynamicPoolConfiguration": cooldown}
    return {**exchange, "body": {**exchange["body"], "properties": properties}}


DEPARTURES = (
    _identity_is_shown,
    _versions_are_always_named,
    _containers_have_the_address_of_the_server,
    _no_container_is_allocated,
    _the_lifecycle_is_always_shown,
)


@pytest.fixture(scope="module")
def server():
    started = Emulator("--ready-sessions", "0")
    yield started
    started.stop()


@pytest.fixture
def arm(server):
    """A client of a resource group without pools."""
    token = run_to_end("token", "--audience", server.https).stdout.strip()
    client = Arm(server, group=GROUP, token=token)
    client.create_group(GROUP, "northcentralusstage")
    for pool in client.send("GET", f"{client.scope()}/resources").json()["value"]:
        client.send("DELETE", pool["id"])
    return client


def send(arm, exchange):
    body, how = exchange["sent"], {}
    content_type = exchange["type"] or ""
    if content_type.startswith("multipart/"):
        part = re.search(r'filename="(.+)"\r\n\r\n(.*)\r\n--', body, re.DOTALL)
        how["files"] = {"file": part.groups()}
    elif body is not None:
        how["data"] = body if isinstance(body, str) else json.dumps(body)
        how["headers"] = {"Content-Type": "application/json"}
    path, query = exchange["path"], exchange["query"]
    if OPERATION.search(path):
        path, query = arm.operation, {}
        assert path.startswith(f"{arm.url}{exchange['path'].partition('<')[0]}")
    came = arm.send(exchange["method"], path, None, None, params=query, **how)
    headers = came.headers
    arm.operation = headers.get("azure-asyncoperation") or headers.get("location")
    return came


def answer_of(arm, exchange):
    """Returns the answer in the form of the facts."""
    came = send(arm, exchange)
    if exchange["plane"] == "data":
        body = masked_body(came.text, exchange["query"]["identifier"])
        return {"status": came.status_code, "body": body}
    body = masked_operation(masked(came.json())) if came.content else None
    return {"status": came.status_code, "body": body, "headers": header_names(came.headers)}


def expected_of(exchange):
    if exchange["plane"] == "data":
        answer = expected_of_data_plane({**exchange, "headers": {}})
        return {"status": answer["status"], "body": answer["body"]}
    for departure in DEPARTURES:
        exchange = departure(exchange)
    return {name: exchange[name] for name in ("status", "body", "headers")}


@pytest.mark.parametrize("conversation", REPLAYED, ids=lambda each: each["recording"])
def test_a_recorded_sequence_goes_the_same_way(arm, conversation):
    for number in conversation["exchanges"]:
        exchange = EXCHANGES[number]
        answer = answer_of(arm, exchange)
        expected = expected_of(exchange)
        where = f"exchange {number}: {exchange['method']} {exchange['path']}"
        # As texts, because the order of members counts.
        assert json.dumps(answer["body"], indent=1) == json.dumps(expected["body"], indent=1), where
        assert answer == expected, where


@pytest.mark.parametrize("departure", DEPARTURES)
def test_every_departure_of_management_is_needed(departure):
    assert any(departure(each) != each for each in EXCHANGES)


def test_what_is_left_out_is_counted():
    skipped = collections.Counter()
    for each in FACTS["conversations"]:
        skipped.update(each["skipped"])
    assert skipped == SKIPPED
    replayed = {number for each in REPLAYED for number in each["exchanges"]}
    assert replayed == set(range(len(EXCHANGES)))
