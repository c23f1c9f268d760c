"""`dynsessions conform` seen from outside: its exit codes, its reports, what it leaves behind."""

import json
import os
import socket
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from support.emulator import BINARY

ROOT = Path(__file__).parents[2]
# The whole suite starts some 150 sessions one after the other.
WHOLE_RUN_SECONDS, SHORT_RUN_SECONDS = 600, 120

RECORDED_OPERATIONS = ("execute", "upload", "list", "list-empty", "get", "content", "delete")


def conform(*arguments, seconds=SHORT_RUN_SECONDS, environment=None):
    return subprocess.run(
        [BINARY, "conform", *arguments],
        capture_output=True,
        text=True,
        timeout=seconds,
        env={**os.environ, **(environment or {})},
    )


@pytest.fixture(scope="module")
def whole_run(tmp_path_factory):
    """Every case against the emulator, with every report."""
    folder = tmp_path_factory.mktemp("conform")
    reports = {name: folder / name for name in ("json", "junit", "markdown")}
    flags = [part for name, path in reports.items() for part in (f"--{name}", str(path))]
    return conform(*flags, seconds=WHOLE_RUN_SECONDS), reports


@pytest.fixture
def cases_folder(tmp_path):
    """Writes one case that asks for the files of a new session and expects `status`."""

    def write(status, **members):
        case = {
            "id": "one",
            "title": "files of a new session",
            "apiVersions": ["2025-10-02-preview"],
            "operation": "listFiles",
            "evidence": "guess",
            "section": "1",
            "cost": "cheap",
            "session": "fresh",
            "steps": [
                {"request": {"method": "GET", "path": "files"}, "expect": {"status": status}}
            ],
        }
        (tmp_path / "one.json").write_text(
            json.dumps({"description": "a test's", "cases": [case | members]})
        )
        return str(tmp_path)

    return write


def test_the_emulator_conforms(whole_run):
    run, reports = whole_run
    assert run.returncode == 0, run.stdout
    report = json.loads(reports["json"].read_text())
    assert report["summary"]["cases"] >= 150
    assert report["summary"]["verdicts"]["not run"] == 0
    assert report["notes"] == []


def test_every_recorded_exchange_is_a_case_and_comes_out_as_recorded(whole_run):
    report = json.loads(whole_run[1]["json"].read_text())
    verdicts = {c["id"]: c["verdict"] for c in report["cases"] if c["evidence"] == "recorded"}
    for operation in RECORDED_OPERATIONS:
        for version in ("2024-02-02-preview", "2024-10-02-preview"):
            expected = "same"
            if (operation, version) == ("upload", "2024-10-02-preview"):
                expected = "known deviation"  # section 8 row 24
            assert verdicts[f"recorded.{operation}@{version}"] == expected


def test_the_reports_agree(whole_run):
    run, reports = whole_run
    summary = json.loads(reports["json"].read_text())["summary"]
    suite = ElementTree.parse(reports["junit"]).getroot().find("testsuite")
    assert int(suite.get("tests")) == summary["cases"] == len(suite.findall("testcase"))
    assert int(suite.get("failures")) == 0
    assert f"{summary['cases']} cases: " in run.stdout
    assert f"{summary['cases']} cases: " in reports["markdown"].read_text()


def test_a_case_that_must_fail_gives_1_and_says_what_differs(cases_folder):
    run = conform("--cases", cases_folder(418))
    assert run.returncode == 1
    assert "expected 418\n      got      200" in run.stdout


def test_a_deviation_that_is_gone_gives_1(cases_folder):
    run = conform("--cases", cases_folder(200, deviation="it would not answer"))
    assert run.returncode == 1
    assert "deviation gone: one@2025-10-02-preview" in run.stdout


def test_an_endpoint_without_a_server_gives_3():
    with socket.socket() as held:  # bound, but nobody listens
        held.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{held.getsockname()[1]}"
        run = conform("--endpoint", endpoint, "--yes")
    assert run.returncode == 3, run.stderr
    assert "127.0.0.1" in run.stderr


def test_an_endpoint_that_refuses_the_token_gives_3_before_any_case(emulator_factory):
    server = emulator_factory("--auth", "claims")
    run = conform("--endpoint", server.endpoint, "--yes", "--token-command", "echo not-a-jwt")
    assert run.returncode == 3, run.stderr
    assert "refuses the token" in run.stderr


def test_an_endpoint_is_asked_nothing_without_yes(emulator):
    run = conform("--endpoint", emulator.endpoint)
    assert run.returncode == 2
    assert "Plan for http://127.0.0.1" in run.stdout
    assert "--yes" in run.stderr


def test_an_endpoint_is_tested_and_left_without_sessions(emulator, cases_folder, tmp_path):
    report = tmp_path / "report.out"
    run = conform(
        *("--endpoint", emulator.endpoint, "--yes", "--cases", cases_folder(200)),
        *("--json", str(report), "--token-command", "echo a-very-secret-token"),
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "a-very-secret-token" not in run.stdout + run.stderr + report.read_text()
    listed = emulator.session().send("GET", "listSessions").json()["sessions"]
    assert not [session for session in listed if session["identifier"].startswith("conform-")]


def test_a_used_up_budget_gives_4(cases_folder):
    versions = ["2025-02-02-preview", "2025-10-02-preview"]
    run = conform("--cases", cases_folder(200, apiVersions=versions), "--max-sessions", "1")
    assert run.returncode == 4
    assert "1 same, 0 known to differ, 0 unexpected, 1 not run" in run.stdout


@pytest.mark.parametrize(
    "members", [{"evidence": "hearsay"}, {"colour": "red"}, {"steps": []}], ids=str
)
def test_a_case_that_cannot_be_used_gives_2(cases_folder, members):
    run = conform("--cases", cases_folder(200, **members))
    assert run.returncode == 2
    assert "one: " in run.stderr


@pytest.mark.parametrize("flags", [["--nothing"], ["--filter", "no.such*"], ["--cases", "/none"]])
def test_wrong_usage_gives_2(flags):
    assert conform(*flags).returncode == 2


def test_the_plan_is_printed_and_nothing_is_sent():
    run = conform("--endpoint", "http://127.0.0.1:9", "--plan")
    assert run.returncode == 0
    assert "sessions" in run.stdout


def test_deviations_md_is_up_to_date(tmp_path):
    written = tmp_path / "DEVIATIONS.md"
    assert conform("--deviations", str(written)).returncode == 0
    assert written.read_text() == (ROOT / "DEVIATIONS.md").read_text(), (
        "run `dynsessions conform --deviations DEVIATIONS.md`"
    )


def test_the_openapi_documents_are_up_to_date(tmp_path):
    subprocess.run(["python3", str(ROOT / "api-spec" / "openapi.py"), str(tmp_path)], check=True)
    for document in sorted(tmp_path.glob("*/openapi.json")):
        in_tree = ROOT / "api-spec" / document.parent.name / "openapi.json"
        assert document.read_text() == in_tree.read_text(), "run `api-spec/openapi.py`"
