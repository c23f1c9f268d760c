"""A pytest plugin that reports which attack cases ran in which tier, and how each ended.

Writes build/attack-report.json (`--attack-report PATH`) if any attack ran, also in parallel runs;
tests/sandbox/attacks/report_page.py shows it as a table. With MUST_WORK=1 a skipped attack test
counts as failed.

`--attack-cases PATH` writes which cases the collected tests prove, as a list of [case, tier].
"""

import json
import os
from pathlib import Path

import pytest

from support.attack_cases import CASES, LACKING

REPORT = Path(__file__).parents[2] / "build" / "attack-report.json"
DEFAULT_TIER = "full, root" if os.geteuid() == 0 else "full, user"


def pytest_addoption(parser):
    parser.addoption(
        "--attack-cases", help="file for the cases that the collected attack tests prove"
    )
    parser.addoption("--attack-report", default=str(REPORT), help="file for the report")


def pytest_configure(config):
    config.addinivalue_line("markers", "attack(*cases): the numbers of the cases that it proves")
    config.addinivalue_line("markers", "only_in(letter): of tiers with this letter (tiers.py)")
    config.pluginmanager.register(AttackReport(), "attack-report-of-this-run")


def cases_of(item):
    return sorted({case for mark in item.iter_markers("attack") for case in mark.args})


def tier_of(item):
    """Tests without a choice of tiers use a server that runs as the user who runs the tests."""
    chosen = getattr(item, "callspec", None) and item.callspec.params.get("tier")
    return str(chosen) if chosen else DEFAULT_TIER


class AttackReport:
    def __init__(self):
        self._rows = []

    def pytest_collection_modifyitems(self, config, items):
        """Removes tests of cases that their tier lacks, for a reason that the report states."""
        left_out = [item for item in items if _has_no_place(item)]
        items[:] = [item for item in items if item not in set(left_out)]
        config.hook.pytest_deselected(items=left_out)

    def pytest_collection_finish(self, session):
        for item in session.items:
            assert not set(cases_of(item)) - set(CASES), f"{item.nodeid}: no such case"
        if path := session.config.getoption("--attack-cases"):
            proved = [[case, tier_of(item)] for item in session.items for case in cases_of(item)]
            Path(path).write_text(json.dumps(proved))

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item, call):
        report = (yield).get_result()
        cases = cases_of(item)
        if not cases:
            return
        reason = _reason_of_skip(report)
        if reason and os.environ.get("MUST_WORK") == "1":
            report.outcome, report.longrepr = "failed", f"skipped although MUST_WORK=1: {reason}"
        if report.when == "call" or report.outcome != "passed":
            report.attack_rows = [_row(item, case, report, reason) for case in cases]

    def pytest_runtest_logreport(self, report):
        """In a parallel run, the process that distributes the tests receives the reports of all
        workers, with the rows in them."""
        self._rows += getattr(report, "attack_rows", [])

    def pytest_sessionfinish(self, session):
        if hasattr(session.config, "workerinput"):
            return
        path = Path(session.config.getoption("--attack-report"))
        if self._rows:
            path.parent.mkdir(exist_ok=True)
            path.write_text(json.dumps(self._rows, indent=1) + "\n")


def _has_no_place(item):
    chosen = getattr(item, "callspec", None) and item.callspec.params.get("tier")
    letters = {mark.args[0] for mark in item.iter_markers("only_in")}
    if letters and chosen and chosen.letter not in letters:
        return True
    cases = cases_of(item)
    return bool(cases) and all((case, tier_of(item)) in LACKING for case in cases)


def _reason_of_skip(report):
    return report.longrepr[2].removeprefix("Skipped: ") if report.skipped else None


def _row(item, case, report, reason):
    return {
        "case": case,
        "name": CASES[case],
        "tier": tier_of(item),
        "test": item.nodeid,
        "outcome": report.outcome,
        "reason": reason,
        "seconds": round(report.duration, 2),
    }
