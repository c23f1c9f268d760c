"""Fixtures that run the agent bare: no server, no sandbox, only its descriptors."""

import pytest

from agent_process import AgentProcess


@pytest.fixture
def agent(tmp_path):
    """A fresh interpreter for a test that cares about state."""
    with AgentProcess(tmp_path) as process:
        yield process


@pytest.fixture(scope="session")
def shared_agent(tmp_path_factory):
    """One interpreter for all tests whose programs leave nothing behind."""
    with AgentProcess(tmp_path_factory.mktemp("home")) as process:
        yield process
