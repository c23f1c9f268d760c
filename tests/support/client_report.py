"""A pytest plugin that reports which operations of which client worked in
tests/clients/test_suite.py.

`--all-clients` runs every client, each with separate packages, and writes the results to
build/client-report.json, from which tests/clients/table.py makes the table of docs/clients. If only
some were run (`-k prefect`), the results of the others stay.
"""

import json
from pathlib import Path

REPORT = Path(__file__).parents[2] / "build" / "client-report.json"


def pytest_addoption(parser):
    parser.addoption("--all-clients", action="store_true", help="run every client instead of a few")


def pytest_configure(config):
    if config.getoption("--all-clients"):
        config.pluginmanager.register(ClientReport(), "client-report-of-this-run")


class ClientReport:
    def __init__(self):
        self._runs = []

    def pytest_runtest_logreport(self, report):
        """In a parallel run, this process receives the reports of all workers."""
        if report.when == "call":
            properties = dict(report.user_properties)
            self._runs += [properties["client_run"]] if "client_run" in properties else []

    def pytest_sessionfinish(self, session):
        if not self._runs or hasattr(session.config, "workerinput"):
            return
        earlier = json.loads(REPORT.read_text()) if REPORT.exists() else []
        runs = {tuple(one["run"]): one for one in earlier + self._runs}
        REPORT.parent.mkdir(exist_ok=True)
        REPORT.write_text(json.dumps(list(runs.values()), indent=1) + "\n")
