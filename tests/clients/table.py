"""Writes the results of `make test-clients` into docs/clients/README.md, a row per run, and into
README.md, a row per client.

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
README = suite.ROOT / "README.md"
SUMMARY_HEAD = "| client | version | scheme | token from | operations |\n"
SUMMARY_RULE = "| --- | --- | --- | --- | --- |\n"
SHORT = {
    "app-service": "App Service",
    "virtual-machine": "VM",
    "old-app-service": "`MSI_ENDPOINT`",
    "client-secret": "secret",
    "azure-cli": "`az`",
}
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


def summary_row(client, runs, found):
    """Returns the client's row for README.md: its runs together."""
    operations = [one for run in runs for one in found.get((client.name, *run[1:]), ())]
    passed = sum(one["ok"] for one in operations)
    version = client.version() + (" (imitated)" if client.is_imitated else "")
    cells = (
        f"[{client.name}](docs/clients/{client.page.name})",
        version,
        ", ".join(dict.fromkeys(run.scheme for run in runs)),
        ", ".join(dict.fromkeys(SHORT[run.identity] for run in runs)),
        f"{passed} of {len(operations)}" if operations else "not run",
    )
    return "| " + " | ".join(cells) + " |\n"


def summary(report):
    found = {tuple(one["run"]): one["operations"] for one in report}
    runs = {}
    for run in suite.every_run():
        runs.setdefault(run.client.name, []).append(run)
    rows = (summary_row(of_client[0].client, of_client, found) for of_client in runs.values())
    return SUMMARY_HEAD + SUMMARY_RULE + "".join(rows)


def table_of(text):
    """Returns the part of the page between the marks."""
    return text.split(BEGIN, 1)[1].split(END, 1)[0]


def replace(page, text):
    before, rest = page.read_text().split(BEGIN, 1)
    _, after = rest.split(END, 1)
    page.write_text(before + BEGIN + text + END + after)


def main():
    report = json.loads(REPORT.read_text())
    replace(PAGE, table(report))
    replace(README, summary(report))


if __name__ == "__main__":
    main()
