"""The kernel, the sessions and the report of a difference."""

import pytest

from real_kernel import RealKernel
from sides import BothSides


@pytest.fixture(scope="session")
def kernel():
    real = RealKernel()
    yield real
    real.stop()


@pytest.fixture(scope="module")
def both_sides(kernel, emulator, tmp_path_factory):
    """both_sides(group, version): the pair that this group's programs share."""
    current = {}

    def pair(group, version):
        if (group, version) not in current:
            for _, session in current.values():
                session.end()
            current.clear()
            kernel.start(tmp_path_factory.mktemp("home"))
            session = emulator.session()
            current[group, version] = BothSides(kernel, session, version), session
        return current[group, version][0]

    yield pair
    for _, session in current.values():
        session.end()
