"""The kernel, the sessions and the report of a difference."""

import pytest

from real_kernel import RealKernel
from sides import BothSides, Patience


@pytest.fixture(scope="session")
def kernel():
    real = RealKernel()
    yield real
    real.stop()


@pytest.fixture(scope="session")
def patience():
    return Patience()


@pytest.fixture(scope="module")
def both_sides(kernel, emulator, tmp_path_factory, patience):
    """both_sides(group, version): the pair that this group's programs share."""
    current = {}

    def pair(group, version):
        patience.check()
        if (group, version) not in current:
            for _, session in current.values():
                session.end()
            current.clear()
            kernel.start(tmp_path_factory.mktemp("home"))
            session = emulator.session()
            current[group, version] = BothSides(kernel, session, version, patience), session
        return current[group, version][0]

    yield pair
    for _, session in current.values():
        session.end()
