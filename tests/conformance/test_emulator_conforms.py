"""Runs every case of api-spec/cases against the emulator, by `dynsessions conform`, and checks its
reports."""

import json
import re
from xml.etree import ElementTree

import pytest

from support.emulator import run_to_end

SECONDS = 1100  # about 300 sessions start, one after the other
RECORDED_OPERATIONS = ("execute", "upload", "list", "list-empty", "get", "content", "delete")


@pytest.fixture(scope="module")
def whole_run(tmp_path_factory):
    """Runs every case against the emulator, with every report."""
    directory = tmp_path_factory.mktemp("conform")
    reports = {name: directory / name for name in ("json", "junit", "markdown", "html")}
    flags = [part for name, path in reports.items() for part in (f"--{name}", str(path))]
    return run_to_end("conform", *flags, seconds=SECONDS), reports


def test_the_emulator_conforms(whole_run):
    run, reports = whole_run
    assert run.returncode == 0, run.stdout
    report = json.loads(reports["json"].read_text())
    assert report["summary"]["cases"] >= 600
    not_run = report["summary"]["notRun"]
    assert not_run.pop("slow") > 0
    assert set(not_run.values()) == {0}
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
    assert f"{summary['cases']} cases: " in reports["html"].read_text()


def test_the_printed_report_fits_a_terminal(whole_run):
    assert max(len(line) for line in whole_run[0].stdout.splitlines()) <= 80


def test_the_reports_have_no_token_and_no_guid(whole_run):
    guid = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-(?!0{12})[0-9a-f]{12}")
    for path in whole_run[1].values():
        text = path.read_text()
        assert "eyJ" not in text
        assert not guid.search(text)
