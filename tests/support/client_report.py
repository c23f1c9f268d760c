"""A pytest plugin: which operations of which client worked, from tests/clients/test_suite.py.

`--all-clients` runs every client, each with packages of its own, and writes the results to
build/client-report.json, from which tests/clients/table.py makes the table of docs/clients.
"""

import json
from pathlib import Path

REPORT = Path(__file__).parents[2] / "build" / "client-report.json"


def pytest_addoption(parser):
    parser.addoption("--all-clients", action="store_true", help="run every client, not a few")


def pytest_configure(config):
    if config.getoption("--all-clients"):
        config.pluginmanager.register(ClientReport(), "client-report-of-this-run")


class ClientReport:
    def __init__(self):
        self._runs = []

    def pytest_runtest_logreport(self, report):
        """In a parallel run, this process gets the reports of all workers."""
        if report.when == "call":
            properties = dict(report.user_properties)
            self._runs += [properties["client_run"]] if "client_run" in properties else []

    def pytest_sessionfinish(self, session):
        if self._runs and not hasattr(session.config, "workerinput"):
            REPORT.parent.mkdir(exist_ok=True)
            REPORT.write_text(json.dumps(self._runs, indent=1) + "\n")
