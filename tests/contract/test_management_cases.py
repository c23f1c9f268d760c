"""The cases of api-spec/cases/control_plane against the emulator.

`expect` has the status and, where it matters, `code` (of the error), `json` (members that the answer
has at least), `order` (its members, in order) and `absent` (texts that are not in it).
"""

import json
import uuid

import pytest

import derive_facts
from support.arm import SUBSCRIPTION, Arm
from support.emulator import Emulator

DIRECTORY = derive_facts.FACTS.parents[2] / "api-spec" / "cases" / "control_plane"
EVIDENCE = {"recorded", "specified", "observed", "documented", "guess"}
CASES = [
    case
    for path in sorted(DIRECTORY.glob("*.json"))
    for case in json.loads(path.read_text())["cases"]
]
RUNS = [(case, version) for case in CASES for version in case["apiVersions"]]


@pytest.fixture(scope="module")
def server():
    started = Emulator("--ready-sessions", "0", "--no-zygote")
    yield started
    started.stop()


def filled(value, variables):
    """The value with `${name}` replaced, at every depth."""
    text = json.dumps(value)
    for name, replacement in variables.items():
        text = text.replace(f"${{{name}}}", replacement)
    assert "${" not in text, text
    return json.loads(text)


def assert_has(found, expected, where="$"):
    if not isinstance(expected, dict):
        assert found == expected, where
        return
    for name, value in expected.items():
        assert name in found, f"{where}.{name}"
        assert_has(found[name], value, f"{where}.{name}")


def send(arm, request, version):
    how = {"headers": {"Authorization": None}} if request.get("token", "any") is None else {}
    return arm.send(request["method"], request["path"], request.get("json"), version, **how)


def judge(answer, expect):
    assert answer.status_code == expect["status"], answer.text
    if "code" in expect:
        assert answer.json()["error"]["code"] == expect["code"]
    assert_has(answer.json() if answer.content else None, expect.get("json", {}))
    if "order" in expect:
        assert list(answer.json()) == expect["order"]
    for text in expect.get("absent", ()):
        assert text not in answer.text


@pytest.mark.parametrize(
    "case, version", RUNS, ids=lambda part: part if isinstance(part, str) else part["id"]
)
def test_a_case_of_the_control_plane(server, case, version):
    arm = Arm(server, group=f"group-{uuid.uuid4().hex[:8]}")
    arm.create_group(arm.group)
    variables = {
        "subscription": f"/subscriptions/{SUBSCRIPTION}",
        "group": arm.scope(),
        "groupInLowerCase": arm.scope().lower(),
        "pool": "a-pool",
        "guid": str(uuid.uuid4()),
    }
    for step in case["steps"]:
        step = filled(step, variables)
        judge(send(arm, step["request"], version), step["expect"])
    # Every pool starts an interpreter in advance, and a hundred of them would keep a DELETE waiting.
    assert arm.send("DELETE", arm.scope()).status_code == 202


def test_cases_have_names_of_their_own_and_say_what_they_rest_on():
    names = [case["id"] for case in CASES]
    assert len(names) == len(set(names))
    assert {case["evidence"] for case in CASES} <= EVIDENCE
    assert all(case["source"].startswith("CONTROL-PLANE.md section ") for case in CASES)
