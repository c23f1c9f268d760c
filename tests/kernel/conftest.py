"""Fixtures for the kernel and the sessions, and the report of a difference."""

import pytest

from real_kernel import RealKernel
from sides import FailedSides, Sides
from support.emulator import Emulator


@pytest.fixture(scope="session")
def kernel():
    real = RealKernel()
    yield real
    real.stop()


@pytest.fixture(scope="session")
def servers(emulator):
    """Servers by the origin of their interpreters: forked from one that has loaded the packages, or
    started. A program's answer must not depend on it."""
    started = Emulator("--max-sessions", "1000", "--no-zygote")
    yield {"forked": emulator, "started": started}
    started.stop()


@pytest.fixture(scope="session")
def failed_sides():
    return FailedSides()


@pytest.fixture(scope="module")
def all_sides(kernel, servers, tmp_path_factory, failed_sides):
    """Returns all_sides(group, version): the kernel and the sessions that this group's programs
    share."""
    current = {}

    def end_current():
        for sides in current.values():
            sides.end()
        current.clear()

    def sides(group, version):
        failed_sides.check()
        if (group, version) not in current:
            end_current()
            kernel.start(tmp_path_factory.mktemp("home"))
            sessions = {start: server.session() for start, server in servers.items()}
            current[group, version] = Sides(kernel, sessions, version, failed_sides)
        return current[group, version]

    yield sides
    end_current()
