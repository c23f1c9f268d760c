"""Every status that our documents promise is caused by a conformance case, or listed here."""

from fnmatch import fnmatchcase

from cases import exchanges
from support.documents import operation_of, operations


def promised():
    return {
        (each.version, f"{each.method} {each.path}", status)
        for each in operations()
        for status in each.described["responses"]
    }


def exercised():
    found = set()
    for _, method, target, status in exchanges():
        operation = operation_of(method, target)
        if operation is not None:
            where = f"{operation.method} {operation.path}"
            found.add((operation.version, where, str(status)))
    return found


# Maps version, operation and status (patterns) that no case causes to the reason.
REASONS = {
    ("*", "*", "403"): "the token's role belongs to the pool: tests/http/test_auth.py",
    ("*", "*", "404"): "a pool that was deleted: tests/http/control_plane/test_arm_other_inputs.py",
    ("*", "*", "421"): "the emulator's own: tests/http/test_browser_safety.py",
    ("*", "*", "500"): "needs a broken environment: tests/http/test_process.py",
    ("*", "*", "503"): "while the server stops: tests/unit/pools/pool_stop_test.cpp",
    ("*", "POST *", "507"): "the emulator's own: tests/http/test_bad_programs.py",
    ("*", "POST */execut*", "413"): "the emulator's own limit: tests/http/test_bad_input.py",
    ("2023-08-01-preview", "POST /python/uploadFile", "413"): "one upload handler for all versions",
    ("*", "POST */execut*", "404"): "a full pool, which a case must not leave behind",
    ("*", "POST /*[Ff]ile*", "404"): "the same",
    ("2023-08-01-preview", "GET /python/files", "404"): "the same",
    ("*", "GET /metadata", "400"): "of a request without identifier only what framing refuses",
}


def reasons_for(promise):
    return [
        pattern
        for pattern in REASONS
        if all(fnmatchcase(*pair) for pair in zip(promise, pattern, strict=True))
    ]


def test_every_promise_is_exercised_by_a_case():
    missing = promised() - exercised()
    assert sorted(promise for promise in missing if not reasons_for(promise)) == []


def test_every_reason_is_needed():
    missing = promised() - exercised()
    assert {pattern for promise in missing for pattern in reasons_for(promise)} == set(REASONS)
