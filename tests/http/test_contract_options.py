"""The contract options: one server has the defaults, one has the other value of each.

Unit tests in tests/unit/surfaces/data_plane check what each value does; these tests check that the
options take effect and that real programs show it."""

import pytest

from support.emulator import V2024_10, V2025_02, V2025_10, Emulator

OTHER_SIDE = {
    "object-ids": "always",
    "timeout-above-220": "reject",
    "string-quotes": "never",
    "none-value": "empty",
    "image-and-value": "value",
    "failure-value": "empty",
    "stream-limit": "5",
    "unknown-api-version": "unauthorized",
    "missing-api-version": "reject",
    "pool-full": "429",
    "session-missing": "404",
    "identifier-rule": "documented",
    "upload-type": "empty",
    "metadata-type": "never",
    "file-names": "documented",
}


@pytest.fixture(scope="module")
def other():
    """A server for one session, which already exists."""
    flags = [f"--{option}={value}" for option, value in OTHER_SIDE.items()]
    server = Emulator(*flags, "--lenient-bodies", "--max-sessions", "1", as_documented=False)
    try:
        server.the_session = server.session("only-one")
        assert server.the_session.executions("1").status_code == 200
        yield server
    finally:
        server.stop()


def value_of(answer):
    assert answer.json()["status"] == "Succeeded", answer.text
    return answer.json()["result"]["executionResult"]


DRAW = "import matplotlib.pyplot as plt\nplt.plot([1])\nplt.show()\n"
# The request, the answer by default, and the answer with the other value.
CASES = {
    "object ids": (lambda s: "$id" in s.executions("1").json(), False, True),
    "a timeout": (lambda s: s.executions("1", timeoutInSeconds=221).status_code, 200, 400),
    "a str": (lambda s: value_of(s.executions("'a'")), "'a'", "a"),
    "None": (lambda s: value_of(s.executions("x = None; x")), None, ""),
    "an image": (lambda s: type(value_of(s.executions(DRAW + "6 * 7"))), dict, int),
    "a failure": (lambda s: s.executions("1 / 0").json()["result"]["executionResult"], None, ""),
    "an image alone": (lambda s: type(value_of(s.executions(DRAW))), dict, dict),
    "streams": (
        lambda s: s.executions("print('1234567')", V2025_02).json()["result"]["stdout"],
        "1234567\n",
        "12345",
    ),
    "an unknown version": (lambda s: s.executions("1", "2027-01-01").status_code, 200, 401),
    "no version": (lambda s: s.executions("1", None).status_code, 202, 400),
    "a wrapped body": (
        lambda s: s.send("POST", "executions", json={"properties": {"code": "1"}}).status_code,
        400,
        200,
    ),
    "an upload": (lambda s: s.upload("x.txt", b"x", V2024_10).json()["type"], "file", ""),
    "a file": (lambda s: s.upload("x.txt", b"x") and "type" in s.file("x.txt").json(), True, False),
    "a name": (lambda s: s.upload("a+b.txt", b"x").status_code, 200, 400),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_each_side_of(case, session, other):
    act, by_default, otherwise = case
    assert act(session) == by_default
    assert act(other.the_session) == otherwise


def test_statuses_without_a_session(emulator, other):
    assert emulator.session("no-such-session").send("GET", "session").status_code == 400
    assert other.session("no-such-session").send("GET", "session").status_code == 404
    assert other.the_session.executions("1").status_code == 200  # it exists also after a long wait
    full = other.session("one-too-many").executions("1")
    assert (full.status_code, full.json()["error"]["code"]) == (429, "SessionPoolExhausted")
    assert other.session("under_score").list().status_code == 400
    assert emulator.session("under_score").list().status_code == 200


def test_a_guessed_version_is_warned_of_unless_exact(session, emulator_factory):
    warned = session.list("2027-01-01")
    assert warned.headers["x-emulator-warning"].endswith(f"answered as {V2025_10}")
    exact = emulator_factory("--exact").session("guessing").list("2027-01-01")
    assert exact.status_code == 200
    assert not [name for name in exact.headers if name.lower().startswith("x-emulator")]


@pytest.mark.parametrize("name", ["/mnt/data/x.csv", "/tmp/x.csv", "sub/x.csv"])
def test_an_upload_is_stored_under_its_base_name(session, name):
    assert session.upload(name, b"1").json()["name"] == "x.csv"
    assert session.content("x.csv").content == b"1"


def test_a_call_tells_whether_it_made_the_session(emulator):
    fresh = emulator.session()
    first, second = fresh.executions("1"), fresh.executions("1")
    assert first.headers["x-ms-new-allocation"] == "true"
    assert second.headers["x-ms-new-allocation"] == "false"
    assert "x-ms-new-allocation" not in fresh.executions("1", V2025_02).headers
    fresh.end()
