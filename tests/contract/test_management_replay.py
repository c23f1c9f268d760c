"""Recorded sequences of the Azure CLI replayed, management and data plane in one: a pool is made,
assigned, listed, shown, used and deleted, and every answer is the recorded one.

Intended differences are listed in DEPARTURES; an entry that is not needed fails the test.
"""

import collections
import json
import re

import pytest

import derive_facts
from management import header_names, masked
from recordings import masked_body
from support.arm import Arm
from support.emulator import Emulator, run_to_end
from test_replay import expected_of as expected_of_data_plane

FACTS = derive_facts.load("management.json")
EXCHANGES = FACTS["exchanges"]
REPLAYED = [each for each in FACTS["conversations"] if each["exchanges"]]
GROUP = "clitest.rg000001"

# The number of interactions that are not replayed, by reason. Their pools are of custom containers
# and Node.
SKIPPED = {
    "a list in a sequence with such pools only": 39,
    "a pool of a container type that the emulator lacks": 237,
    "polls an operation on such a pool": 134,
    "the address of a custom container": 9,
}


def _identity_is_shown(exchange):
    """Since August 2024, answers to other requests than PUT have the identity; the emulator always
    shows it."""

    def with_identity(pool):
        is_pool = isinstance(pool, dict) and "sessionpools" in str(pool.get("type"))
        return {**pool, "identity": {"type": "None"}} if is_pool else pool

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


DEPARTURES = (_identity_is_shown, _versions_are_always_named)


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
    return arm.send(
        exchange["method"], exchange["path"], None, None, params=exchange["query"], **how
    )


def answer_of(arm, exchange):
    """Returns the answer in the form of the facts."""
    came = send(arm, exchange)
    if exchange["plane"] == "data":
        body = masked_body(came.text, exchange["query"]["identifier"])
        return {"status": came.status_code, "body": body}
    body = masked(came.json()) if came.content else None
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
