"""Asynchronous executions over HTTP: CONTRACT.md section 2.3, and section 8 rows 2 and 31 to 34."""

import pytest

from support.emulator import V2024_02, V2024_10, V2025_02, V2025_10
from support.executions import finished
from support.wire import assert_refused, masked

STATUS = {V2024_10: 202, V2025_02: 200, V2025_10: 200}


@pytest.mark.parametrize("version", STATUS)
def test_an_asynchronous_execution_is_started_and_asked_for(session, version):
    answer = session.executions(
        "import time; time.sleep(0.3); 6 * 7", version, executionType="Asynchronous"
    )
    ids = '"$id":"1",' if version == V2024_10 else ""
    assert (answer.status_code, masked(answer, session)) == (
        STATUS[version],
        "{" + ids + '"id":"<guid>","identifier":"<identifier>","executionType":"Asynchronous",'
        '"status":"Running"}',
    )
    execution_id = answer.json()["id"]
    assert answer.headers["operation-id"] == execution_id
    location = answer.headers["operation-location"]
    assert location.startswith(f"{session.endpoint}/executions/{execution_id}?")
    for part in (f"api-version={version}", f"identifier={session.identifier}"):
        assert part in location.partition("?")[2].split("&")
    over = finished(session, execution_id, version)
    assert over.json()["status"] == "Succeeded"
    assert over.json()["result"]["executionResult"] == 42
    assert over.text == session.execution(execution_id, version).text


def test_the_operation_location_can_be_asked_as_it_is(session):
    answer = session.executions("1", executionType="Asynchronous")
    path, _, query = answer.headers["operation-location"].partition("?")
    assert path == f"{session.endpoint}/executions/{answer.json()['id']}"
    assert "identifier=" in query and "api-version=" in query


def test_an_asynchronous_failure_is_an_answer_with_the_traceback(session):
    answer = session.executions("1 / 0", executionType="asynchronous")
    assert answer.json()["executionType"] == "asynchronous"
    body = finished(session, answer.json()["id"]).json()
    assert body["status"] == "Failed"
    assert "ZeroDivisionError" in body["result"]["stderr"]
    assert body["result"]["executionResult"] is None


def test_an_asynchronous_timeout_is_worded_as_a_synchronous_one(session):
    answer = session.executions(
        "while True: pass", executionType="Asynchronous", timeoutInSeconds=1
    )
    body = finished(session, answer.json()["id"]).json()
    assert body["status"] == "Failed"
    expected = "Request timed out waiting for code execution to complete after 1 seconds"
    assert body["result"]["stderr"].endswith(expected)


def test_the_caller_may_choose_the_operation_id(session):
    chosen = {"operation-id": "my-operation-1"}
    answer = session.executions("1", headers=chosen, executionType="Asynchronous")
    assert (answer.json()["id"], answer.headers["operation-id"]) == ("my-operation-1",) * 2
    assert finished(session, "my-operation-1").json()["status"] == "Succeeded"
    again = session.executions("2", headers=chosen, executionType="Asynchronous")
    assert_refused(again, 404, target="operation-id")


def test_a_synchronous_execution_takes_the_operation_id_too(session):
    answer = session.executions("1", headers={"operation-id": "mine"})
    assert answer.json()["id"] == "mine"


@pytest.mark.parametrize("operation_id", ["", "a b", "x" * 257, "ä".encode().decode("latin-1")])
def test_an_operation_id_that_is_none_is_refused(session, operation_id):
    answer = session.executions("1", headers={"operation-id": operation_id})
    assert_refused(answer, 400, "SessionRequestValidationFailed", target="operation-id")


def test_an_unknown_execution_is_404_and_makes_no_session(session):
    assert_refused(session.execution("3f0e8e0e-0000-4000-8000-000000000000"), 400)
    session.executions("1")
    assert_refused(session.execution("3f0e8e0e-0000-4000-8000-000000000000"), 404)


def test_results_are_gone_with_their_session(session):
    execution_id = session.executions("1", executionType="Asynchronous").json()["id"]
    finished(session, execution_id)
    session.end()
    session.executions("1")
    assert_refused(session.execution(execution_id), 404)


def test_the_older_dialects_have_no_asynchronous_executions(session):
    answer = session.code_execute("1", V2024_02, executionType="asynchronous")
    assert_refused(answer, 400, "SessionRequestNotSupported")
