"""Runs programs in each of a session's three kernels and returns how they ended."""

import time

from support.emulator import HTTP_SECONDS, V2025_10

PAUSE_SECONDS = 0.01  # a busy wait would take a core's time from the program
# Members of an execute body besides the code, by kernel; CONTRACT.md section 6, "Image internals".
KERNELS = {
    "synchronous": {},
    "asynchronous": {"executionType": "Asynchronous"},
    "empty": {"useEmptyKernel": True},
}


def finished(session, execution_id, version=V2025_10):
    """Polls until the execution has finished."""
    end = time.monotonic() + HTTP_SECONDS
    while time.monotonic() < end:
        answer = session.execution(execution_id, version)
        assert answer.status_code == 200, answer.text
        if answer.json()["status"] not in ("NotStarted", "Running"):
            return answer
        time.sleep(PAUSE_SECONDS)
    raise AssertionError(f"the execution did not finish within {HTTP_SECONDS} seconds")


def run_in(kernel, session, code, **members):
    """Returns the body of the finished execution."""
    answer = session.executions(code, **KERNELS[kernel], **members)
    assert answer.status_code == 200, answer.text
    if kernel == "asynchronous":
        answer = finished(session, answer.json()["id"])
    return answer.json()


def value_in(kernel, session, expression):
    """Returns the value of an expression that must succeed."""
    body = run_in(kernel, session, expression)
    assert body["status"] == "Succeeded", body
    return body["result"]["executionResult"]


def value(session, expression):
    """Like value_in(), for tests in which the kernel does not matter."""
    return value_in("synchronous", session, expression)


def stderr_of(session, code, **members):
    """Returns stderr of a program that must fail."""
    body = run_in("synchronous", session, code, **members)
    assert body["status"] == "Failed", body
    return body["result"]["stderr"]
