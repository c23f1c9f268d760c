"""Every recorded exchange with a Python pool, replayed: the same answer down to the header names.

Intended differences are listed in DEPARTURES; an entry that is not needed fails the test.
"""

import collections
import json
import uuid

import pytest

import derive_facts
from recordings import framing, masked_body, masked_headers
from support.emulator import Session

RECORDINGS = derive_facts.load("recordings.json")
EXCHANGES = RECORDINGS["exchanges"]

# How many exchanges of the sources are not replayed, by the kind of pool that they were sent to.
SKIPPED = {
    "management of pools (ARM)": 500,  # test_management_replay.py
    "NodeLTS": 56,  # no sessions of this type run here
    "CustomContainer": 9,  # the same
}
REPLAYED = {"recorded": 42, "observed": 63}

UPLOADED_2024 = '"type":"","contentType":"","sizeInBytes"'
UPLOADED_SINCE = '"type":"file","contentType":"text/plain; charset=utf-8","sizeInBytes"'


def _versions_are_named(answer):
    """The service sends the header since November 2024 (CONTRACT.md section 1.6); the emulator
    always sends it."""
    supported = "2023-08-01-preview, 2024-02-02-preview"
    headers = {"api-supported-versions": supported, **answer["headers"]}
    return {**answer, "headers": headers}


def _type_is_filled(answer):
    """CONTRACT.md section 8 row 24: the service filled both by May 2025."""
    return {**answer, "body": answer["body"].replace(UPLOADED_2024, UPLOADED_SINCE)}


DEPARTURES = (_versions_are_named, _type_is_filled)


def expected_of(answer):
    for departure in DEPARTURES:
        answer = departure(answer)
    return answer


def send(session, request):
    query = {
        name: session.identifier if value == "<identifier>" else value
        for name, value in request["query"].items()
    }
    how = {}
    if "upload" in request:
        upload = request["upload"]
        how["files"] = {upload["name"]: (upload["filename"], upload["content"])}
    if "json" in request:
        text = json.dumps(request["json"]).replace("<identifier>", session.identifier)
        how |= {"data": text, "headers": {"Content-Type": "application/json"}}
    return session.send(request["method"], request["path"], query=query, **how)


def seen(answer, identifier):
    return {
        "status": answer.status_code,
        "framing": framing(answer.headers),
        "headers": masked_headers(answer.headers),
        "body": masked_body(answer.text, identifier),
    }


def name_of(conversation):
    source = conversation["source"].rpartition("/")[2].removesuffix(".json")
    return f"{source}-{conversation['numbers'][0]}"


@pytest.mark.parametrize("conversation", RECORDINGS["conversations"], ids=name_of)
def test_a_recorded_conversation_goes_the_same_way(conversation, session):
    for number, index in zip(conversation["numbers"], conversation["exchanges"], strict=True):
        exchange = EXCHANGES[index]
        answer = seen(send(session, exchange["request"]), session.identifier)
        assert answer == expected_of(exchange["answer"]), f"interaction {number}"


@pytest.mark.parametrize("departure", DEPARTURES)
def test_every_departure_is_needed(departure):
    assert any(departure(each["answer"]) != each["answer"] for each in EXCHANGES)


def test_nothing_else_is_left_out():
    skipped = collections.Counter()
    for each in RECORDINGS["skipped"]:
        skipped[each["pool"]] += each["count"]
    assert skipped == SKIPPED


def test_every_exchange_with_a_python_pool_is_replayed():
    replayed = collections.Counter()
    for conversation in RECORDINGS["conversations"]:
        replayed[conversation["source"].partition("/")[0]] += len(conversation["exchanges"])
    assert replayed == REPLAYED
    used = {index for each in RECORDINGS["conversations"] for index in each["exchanges"]}
    assert used == set(range(len(EXCHANGES)))


# Captures contain answers without requests; the test makes each request from its answer.


def _print(session, body):
    result = body.get("properties", body.get("result"))
    code = f"print({result['stdout'].removesuffix(chr(10))!r})"
    if "properties" in body:
        return session.code_execute(code)
    return session.executions(code, "2024-10-02-preview")


def _list_files(session, body):
    version = "2024-10-02-preview"
    for entry in body["value"]:
        if "properties" in entry:
            version, entry = "2024-02-02-preview", entry["properties"]
        size = entry.get("size", entry.get("sizeInBytes"))
        session.upload(entry.get("filename", entry.get("name")), "x" * size, version)
    return session.list(version)


def _upload(session, body):
    return session.upload(body["name"], "x" * body["sizeInBytes"], "2024-10-02-preview")


def _list_sessions(session, body):
    """Lists the sessions of a separate pool, because a list contains all sessions of its pool."""
    endpoint = session.endpoint.replace("/default", f"/{uuid.uuid4()}")
    for entry in body["sessions"]:
        Session(endpoint, entry["identifier"]).list()
    listed = Session(endpoint, None).send("GET", "listSessions", "2025-10-02-preview")
    for entry in body["sessions"]:
        Session(endpoint, entry["identifier"]).end()
    return listed


ASK = {
    "POST code/execute": _print,
    "POST executions": _print,
    "GET files": _list_files,
    "POST files": _upload,
    "GET listSessions": _list_sessions,
    "GET listSessions on a pool without sessions": _list_sessions,
}
# Answers that differ from the capture, as (captured, answered).
ADAPTED = {
    # The specification requires the etag; perhaps the author of the capture removed it.
    "README.md (step 6.1)": ('"expireAt":"<time>"', '"expireAt":"<time>","etag":"<guid>"'),
    # A fixture that its author edited: an answer of the service starts at 1.
    "TestData/sessions_python_plugin_file_upload.json": ('"$id":"3"', '"$id":"1"'),
}


@pytest.mark.parametrize("capture", RECORDINGS["captures"], ids=lambda each: each["source"])
def test_a_captured_answer_is_ours(capture, session):
    body = json.loads(capture["body"])
    expected = capture["body"]
    for source, (captured, ours) in ADAPTED.items():
        if capture["source"].endswith(source):
            assert captured in expected
            expected = expected.replace(captured, ours)
    answer = ASK[capture["request"]](session, body)
    assert masked_body(answer.text, session.identifier) == expected


def test_every_capture_is_asked_for():
    assert {each["request"] for each in RECORDINGS["captures"]} == set(ASK)
    assert len(RECORDINGS["captures"]) == 7
