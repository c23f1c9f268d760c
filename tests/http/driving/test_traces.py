"""A `traceparent` of the client: in the answer, the journal, the log and the program."""

import requests

from support.driving import DrivenPool
from support.waiting import wait_until

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
SHOW = "import os\nprint(os.environ.get('TRACEPARENT', 'none'))"


def value(answer):
    return answer.json()["result"]["stdout"].strip()


def test_a_trace_goes_with_its_request_and_no_further(server, pool):
    before = server.log_size()
    session = pool.session()
    traced = session.executions(SHOW, headers={"traceparent": TRACE})
    assert traced.headers["traceparent"] == TRACE
    assert value(traced) == TRACE
    untraced = session.executions(SHOW)
    assert "traceparent" not in untraced.headers
    assert value(untraced) == "none"
    first, second = pool.journal()
    assert first["traceparent"] == TRACE and "traceparent" not in second
    wait_until(lambda: f"traceparent={TRACE}" in server.stderr(before), "the log has no trace")


def test_a_child_of_the_program_has_the_trace(pool):
    answer = pool.session().executions("!echo $TRACEPARENT", headers={"traceparent": TRACE})
    assert answer.json()["result"]["stdout"].strip() == TRACE


def test_an_asynchronous_program_has_the_trace_of_the_request_that_began_it(pool):
    session = pool.session()
    begun = session.executions(
        SHOW, executionType="Asynchronous", headers={"traceparent": TRACE, "operation-id": "one"}
    )
    assert begun.headers["traceparent"] == TRACE
    while (shown := session.execution("one").json())["status"] == "Running":
        pass
    assert shown["result"]["stdout"].strip() == TRACE


def test_refusals_carry_it_too_and_bad_ones_are_ignored(server, pool):
    url = f"{pool.endpoint}/files?identifier=a"
    refused = requests.get(url, headers={"traceparent": TRACE}, timeout=20)
    assert (refused.status_code, refused.headers["traceparent"]) == (401, TRACE)
    for bad in (TRACE.upper(), "00-1-2-01", TRACE + "-more", "x" * 500):
        answer = requests.get(url, headers={"traceparent": bad}, timeout=20)
        assert "traceparent" not in answer.headers
    admin = requests.get(f"{server.admin}/pools", headers={"traceparent": TRACE}, timeout=20)
    assert admin.headers["traceparent"] == TRACE


def test_an_exact_server_does_not_echo_it(start_server):
    pool = DrivenPool(start_server("--exact"))
    answer = pool.session().executions(SHOW, headers={"traceparent": TRACE})
    assert "traceparent" not in answer.headers
    assert pool.journal()[0]["traceparent"] == TRACE
