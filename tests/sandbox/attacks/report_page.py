"""Prints build/attack-report.json, which a test run writes, as a page for readers, or merges the
reports of several runs, of which the last with a test counts:

  build/test-python/bin/python3 tests/sandbox/attacks/report_page.py >tests/sandbox/attacks/REPORT.md
"""

import json
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2]))

from support.attack_cases import CASES, reason_to_lack  # noqa: E402
from support.attack_report import REPORT  # noqa: E402
from support.tiers import TIERS  # noqa: E402

HEAD = """# Attacks and faults, tier by tier

Written by `report_page.py` after a run of all tests; do not edit. Each case is one or more acts, \
each with a control: the same act where it must succeed. *Passed* means that the act was refused, \
contained or survived, and that nothing outside had been touched.
"""


def cell(rows, case, tier):
    mine = [row for row in rows if (row["case"], row["tier"]) == (case, tier)]
    if not mine:
        return f"not run: {reason_to_lack(case, tier) or 'not in this report'}"
    failed = sum(row["outcome"] == "failed" for row in mine)
    if failed:
        return f"**{failed} of {len(mine)} failed**"
    reasons = {row["reason"] for row in mine if row["outcome"] == "skipped"}
    passed = sum(row["outcome"] == "passed" for row in mine)
    words = [f"passed ({passed})"] * bool(passed)
    return "; ".join(words + [f"skipped: {reason}" for reason in sorted(reasons)])


def page(rows):
    tiers = [str(tier) for tier in TIERS]
    lines = [f"| | case | {' | '.join(tiers)} |", "| ---: | --- |" + " --- |" * len(tiers)]
    for case, name in CASES.items():
        cells = " | ".join(cell(rows, case, tier) for tier in tiers)
        lines.append(f"| {case} | {name} | {cells} |")
    return f"{HEAD}\n" + "\n".join(lines) + "\n"


if __name__ == "__main__":
    files = sys.argv[1:] or [REPORT]
    read = [row for file in files for row in json.loads(Path(file).read_text())]
    sys.stdout.write(page(list({(row["test"], row["case"]): row for row in read}.values())))
