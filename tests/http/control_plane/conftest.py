"""Fixtures of the control plane's tests: a server that starts no interpreter in advance."""

import uuid

import pytest

from support.arm import Arm
from support.emulator import Emulator


@pytest.fixture(scope="session")
def arm_server():
    server = Emulator("--ready-sessions", "0", "--max-sessions", "100")
    yield server
    server.stop()


@pytest.fixture
def arm(arm_server):
    return Arm(arm_server)


@pytest.fixture
def pool_name():
    """A name that no other test uses."""
    return f"pool-{uuid.uuid4().hex[:12]}"
