"""`dynsessions conform` seen from outside: exit codes, reports, and that no session is left behind."""

import json
import signal
import subprocess
from pathlib import Path

import pytest

from support.emulator import BINARY, V2025_02, V2025_10, run_to_end
from support.ports import refusing_port
from support.waiting import wait_until

ROOT = Path(__file__).parents[2]
SECONDS = 400

EXPIRED = {
    "request": {"method": "GET", "path": "files", "token": ["--expires-in", "-60"]},
    "expect": {"status": 401},
}
LISTED = {"request": {"method": "GET", "path": "files"}, "expect": {"status": 200}}
SLEEPS_AT_2025_10 = {
    "request": {
        "method": "POST",
        "path": "executions",
        "json": {"code": {"$byVersion": {V2025_10: "import time\ntime.sleep(55)", "*": "1"}}},
    },
    "expect": {"status": 200},
}


def conform(*arguments, seconds=SECONDS, environment=None):
    return run_to_end("conform", *arguments, seconds=seconds, **(environment or {}))


def own_sessions(server):
    listed = server.session().send("GET", "listSessions").json()["sessions"]
    return [one for one in listed if one["identifier"].startswith("conform-")]


@pytest.fixture
def cases_directory(tmp_path):
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


def test_a_case_that_must_fail_gives_1_and_says_what_differs(cases_directory):
    run = conform("--cases", cases_directory(418))
    assert run.returncode == 1
    assert "expected 418\n      got      200" in run.stdout


def test_a_deviation_that_is_gone_gives_1(cases_directory):
    deviation = {"is": "it would not answer", "at": ["status"]}
    run = conform("--cases", cases_directory(200, deviation=deviation))
    assert run.returncode == 1
    assert "deviation gone: one@2025-10-02-preview" in run.stdout


def test_an_endpoint_without_a_server_gives_3():
    with refusing_port() as port:
        run = conform("--endpoint", f"http://127.0.0.1:{port}", "--yes")
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


def test_an_endpoint_is_tested_and_left_without_sessions(emulator, cases_directory, tmp_path):
    report = tmp_path / "report.out"
    run = conform(
        *("--endpoint", emulator.endpoint, "--yes", "--cases", cases_directory(200)),
        *("--json", str(report), "--token-command", "echo a-very-secret-token"),
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "a-very-secret-token" not in run.stdout + run.stderr + report.read_text()
    assert own_sessions(emulator) == []


def test_a_short_token_does_not_keep_a_report_from_being_written(
    emulator, cases_directory, tmp_path
):
    report = tmp_path / "report.json"
    run = conform(
        *("--endpoint", emulator.endpoint, "--yes", "--cases", cases_directory(200)),
        *("--json", str(report), "--token-command", "echo any"),
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "1 same" in run.stdout
    assert json.loads(report.read_text())["cases"]


def test_a_report_that_would_tell_a_secret_is_named_with_its_case_after_the_summary(
    emulator, cases_directory, tmp_path
):
    """The title of a case is not redacted, because its author knows the host."""
    report, host = tmp_path / "report.json", emulator.endpoint.split("/")[2]
    run = conform(
        *("--endpoint", emulator.endpoint, "--yes", "--json", str(report)),
        *("--cases", cases_directory(200, title=f"sent to {host}")),
    )
    assert run.returncode == 2
    assert "1 same" in run.stdout
    assert f"{report} was not written: the case" in run.stderr
    assert "would tell the endpoint's host" in run.stderr and host not in run.stderr
    assert not report.exists()


def test_an_endpoint_is_not_named_in_reports(emulator, cases_directory, tmp_path):
    reports = {name: tmp_path / f"{name}.out" for name in ("json", "junit", "markdown", "html")}
    flags = [part for name, path in reports.items() for part in (f"--{name}", str(path))]
    run = conform("--endpoint", emulator.endpoint, "--yes", "--cases", cases_directory(418), *flags)
    assert run.returncode == 1, run.stderr
    for path in reports.values():
        assert "127.0.0.1" not in path.read_text()
        assert "418" in path.read_text()


def test_a_case_that_needs_a_separate_server_gets_one(cases_directory):
    directory = cases_directory(401, needs={"auth": "claims"}, session="none", steps=[EXPIRED])
    run = conform("--cases", directory)
    assert run.returncode == 0, run.stdout
    assert "1 same" in run.stdout


def test_a_case_that_needs_a_separate_server_is_not_run_at_an_endpoint(emulator, cases_directory):
    directory = cases_directory(200, needs={"max-sessions": "2"})
    run = conform("--endpoint", emulator.endpoint, "--yes", "--cases", directory)
    assert run.returncode == 0
    assert "not run: 1, needs a separate server: --max-sessions=2" in run.stdout


def test_an_option_that_the_server_does_not_have_gives_3_and_says_so(cases_directory):
    run = conform("--cases", cases_directory(200, needs={"colour": "red"}))
    assert run.returncode == 3
    assert "colour" in run.stderr


def test_a_slow_case_is_run_when_asked_for(cases_directory):
    directory = cases_directory(200, cost="slow")
    assert "not run: 1, slow: --slow runs it" in conform("--cases", directory).stdout
    assert "1 same" in conform("--cases", directory, "--slow").stdout


def test_128_mb_are_stored_and_a_byte_more_is_not():
    run = conform("--slow", "--filter", "files.upload-*limit@*")
    assert run.returncode == 0, run.stdout
    assert "4 cases: 4 same" in run.stdout


@pytest.mark.parametrize("with_signal", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_gives_130_a_report_of_what_was_done_and_no_sessions(
    emulator, cases_directory, tmp_path, with_signal
):
    """The second case waits for a program that takes a minute, and there it is interrupted."""
    report, checkpoint = tmp_path / "report.out", tmp_path / "checkpoint"
    directory = cases_directory(
        200, apiVersions=[V2025_02, V2025_10], steps=[LISTED, SLEEPS_AT_2025_10]
    )
    flags = ["--endpoint", emulator.endpoint, "--yes", "--cases", directory, "--json", str(report)]
    run = subprocess.Popen([BINARY, "conform", *flags, "--checkpoint", str(checkpoint)])
    wait_until(
        lambda: checkpoint.exists() and len(checkpoint.read_text().splitlines()) == 2,
        "the first case never ended",
    )
    wait_until(lambda: len(own_sessions(emulator)) == 1, "the second case never began")
    run.send_signal(with_signal)
    assert run.wait(SECONDS) == 130
    verdicts = [case["verdict"] for case in json.loads(report.read_text())["cases"]]
    assert verdicts == ["same", "not run"]
    assert own_sessions(emulator) == []


def test_a_checkpoint_is_gone_on_from_and_then_removed(cases_directory, tmp_path):
    checkpoint = tmp_path / "checkpoint"
    flags = ["--cases", cases_directory(200, apiVersions=[V2025_02, V2025_10])]
    flags += ["--checkpoint", str(checkpoint)]
    assert conform(*flags, "--max-sessions", "1").returncode == 4
    assert checkpoint.exists()
    again = conform(*flags, "--max-sessions", "1")
    assert again.returncode == 0
    assert "2 same" in again.stdout
    assert "note: of an earlier run: 1 case" in again.stdout
    assert not checkpoint.exists()


def test_a_file_that_is_no_checkpoint_gives_2_and_is_left_alone(cases_directory, tmp_path):
    (tmp_path / "notes").write_text("mine\n")
    run = conform("--cases", cases_directory(200), "--checkpoint", str(tmp_path / "notes"))
    assert run.returncode == 2
    assert (tmp_path / "notes").read_text() == "mine\n"


def test_a_used_up_budget_gives_4(cases_directory):
    directory = cases_directory(200, apiVersions=[V2025_02, V2025_10])
    run = conform("--cases", directory, "--max-sessions", "1")
    assert run.returncode == 4
    assert "1 same, 0 known to differ, 0 unexpected, 1 not run" in run.stdout


@pytest.mark.parametrize(
    "members", [{"evidence": "hearsay"}, {"colour": "red"}, {"steps": []}], ids=str
)
def test_a_case_that_cannot_be_used_gives_2(cases_directory, members):
    run = conform("--cases", cases_directory(200, **members))
    assert run.returncode == 2
    assert "one: " in run.stderr


def test_all_mistakes_of_a_file_are_reported_in_one_run(cases_directory):
    wrong = {"request": {"method": "GET", "path": "${later}"}, "expect": {"status": 200}}
    run = conform("--cases", cases_directory(200, steps=[wrong, {"expect": {"status": 200}}]))
    assert run.returncode == 2
    assert "step 1: no variable is called ${later} here" in run.stderr
    assert "step 2: a step lacks request" in run.stderr


def test_own_cases_need_no_section_and_have_the_built_in_variables(cases_directory):
    step = {
        "let": {"code": "6 * 7", "value": 42},
        "request": "${execute}",
        "expect": "${executed}",
    }
    directory = cases_directory(200, apiVersions="${from2025}", steps=[step])
    written = Path(directory, "one.json")
    written.write_text(written.read_text().replace('"section": "1", ', ""))
    assert "section" not in written.read_text()
    run = conform("--cases", directory)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "2 same" in run.stdout


def test_the_chosen_cases_are_listed_and_not_run(cases_directory):
    directory = cases_directory(200, apiVersions=[V2025_02, V2025_10])
    run = conform("--cases", directory, "--list", "--filter", f"*@{V2025_10}")
    assert (run.returncode, run.stdout) == (0, f"one@{V2025_10}  guess: files of a new session\n")


@pytest.mark.parametrize("flags", [["--nothing"], ["--filter", "no.such*"], ["--cases", "/none"]])
def test_wrong_usage_gives_2(flags):
    assert conform(*flags).returncode == 2


def test_the_plan_is_printed_and_nothing_is_sent():
    run = conform("--endpoint", "http://127.0.0.1:9", "--plan")
    assert run.returncode == 0
    assert "sessions" in run.stdout


def test_the_counts_in_the_readme_are_up_to_date():
    readme = (ROOT / "README.md").read_text()
    quoted = readme.partition("<!-- conformance -->\n")[2].partition("<!-- /conformance -->")[0]
    assert quoted == conform("--counts").stdout, (
        "put what `dynsessions conform --counts` prints between the markers"
    )


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


def test_the_openapi_document_of_the_admin_api_is_up_to_date(tmp_path):
    written = tmp_path / "admin-api.json"
    script = ROOT / "api-spec" / "admin_openapi.py"
    subprocess.run(["python3", str(script), str(written)], check=True)
    in_tree = ROOT / "api-spec" / "admin-api.json"
    assert written.read_text() == in_tree.read_text(), "run `api-spec/admin_openapi.py`"
