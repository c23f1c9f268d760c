"""Writes the table of docs/clients/README.md from the results of `make test-clients`.

build/test-python/bin/python3 tests/clients/table.py
"""

import json
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import suite  # noqa: E402
from support.client_report import REPORT  # noqa: E402

PAGE = suite.ROOT / "docs" / "clients" / "README.md"
BEGIN, END = "<!-- table by tests/clients/table.py -->\n", "<!-- end of the table -->\n"
HEAD = "| client | version | scheme | token from | operations | note |\n"
RULE = "| --- | --- | --- | --- | --- | --- |\n"
IDENTITIES = {
    "app-service": "managed identity, App Service",
    "virtual-machine": "managed identity, virtual machine",
    "old-app-service": "managed identity, `MSI_ENDPOINT`",
    "client-secret": "client secret, AD FS",
    "azure-cli": "`az`",
}


def row(run, operations):
    """Returns the client's row. `operations` are those of the last run, None if there was none."""
    client = run.client
    failed = [f"`{one['operation']}` failed" for one in operations or () if not one["ok"]]
    notes = [client.note] if client.note else []
    if client.is_imitated:
        notes.append("requests imitated")
    if not operations:
        notes.append("not run")
    notes += failed
    passed = f"{len(operations) - len(failed)} of {len(operations)}" if operations else "–"
    name = f"[{client.name}]({client.page.name})"
    cells = (name, client.version(), run.scheme, IDENTITIES[run.identity], passed, "; ".join(notes))
    return "| " + " | ".join(cells) + " |\n"


def table(report):
    found = {tuple(one["run"]): one["operations"] for one in report}
    rows = (row(run, found.get((run.client.name, *run[1:]))) for run in suite.every_run())
    return HEAD + RULE + "".join(rows)


def table_of(text):
    """Returns the part of the page between the marks."""
    return text.split(BEGIN, 1)[1].split(END, 1)[0]


def main():
    before, rest = PAGE.read_text().split(BEGIN, 1)
    _, after = rest.split(END, 1)
    PAGE.write_text(before + BEGIN + table(json.loads(REPORT.read_text())) + END + after)


if __name__ == "__main__":
    main()
