"""Every case has a test in each tier or a reason for its absence, and is in the report."""

import json
import os
import subprocess
import sys
from pathlib import Path

import report_page

from support.attack_cases import CASES, LACKING, reason_to_lack
from support.tiers import TIERS

TESTS = Path(__file__).parents[2]


def collected(path):
    """Returns what the tests of the whole tree prove, as pairs of case and tier."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", f"--attack-cases={path}"]
    directories = [str(TESTS / "http"), str(TESTS / "sandbox")]
    environment = {name: value for name, value in os.environ.items() if name != "MUST_WORK"}
    subprocess.run(
        [*command, *directories], cwd=TESTS, env=environment, check=True, stdout=subprocess.DEVNULL
    )
    return {(case, tier) for case, tier in json.loads(path.read_text())}


def test_each_case_has_a_test_in_each_tier_or_a_reason_why_not(tmp_path):
    proved = collected(tmp_path / "cases.json")
    wanted = {(case, str(tier)) for case in CASES for tier in TIERS}
    forgotten = {pair for pair in wanted - proved if not reason_to_lack(*pair)}
    assert sorted(forgotten) == []
    assert {case for case, _ in proved} == set(CASES)
    excused = {key if isinstance(key, tuple) else (key, "full, user") for key in LACKING}
    assert not excused & proved, "a reason for a test that is there"


def test_the_report_has_every_case_and_no_failure():
    text = (Path(__file__).parent / "REPORT.md").read_text()
    assert text.startswith(report_page.HEAD)
    for case, name in CASES.items():
        assert f"| {case} | {name} | " in text
    assert "failed" not in text.removeprefix(report_page.HEAD)


def test_a_page_tells_failures_skips_and_what_lacks():
    def row(case, outcome, reason=None):
        return {"case": case, "tier": str(TIERS[0]), "outcome": outcome, "reason": reason}

    rows = [row(1, "passed"), row(1, "passed"), row(2, "failed"), row(2, "passed")]
    rows += [row(3, "skipped", "no strace"), row(4, "passed"), row(4, "skipped", "no gcc")]
    told = [report_page.cell(rows, case, str(TIERS[0])) for case in (1, 2, 3, 4, 5)]
    assert told == [
        *("passed (2)", "**1 of 2 failed**", "skipped: no strace"),
        *("passed (1); skipped: no gcc", "not run: not in this report"),
    ]
