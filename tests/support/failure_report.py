"""A pytest plugin: a failure shows the servers that the test used, with command line, environment
and what they logged during the test."""

import pytest

from support import emulator

LINES = 60


def pytest_addoption(parser):
    parser.addoption(
        "--server-log-lines",
        type=int,
        default=LINES,
        help="how much of a server's log a failure shows",
    )


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item):
    emulator.begin_test()
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.failed:
        lines = item.config.getoption("--server-log-lines")
        for title, text in emulator.servers_of_this_test(lines):
            report.sections.append((title, text))
    return report
