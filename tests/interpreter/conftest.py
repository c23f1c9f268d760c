"""Fixtures that run the agent alone, without server and sandbox."""

import pytest

from agent_process import AgentProcess


@pytest.fixture
def agent(tmp_path):
    """A new interpreter for a test that depends on state."""
    with AgentProcess(tmp_path) as process:
        yield process


@pytest.fixture(scope="session")
def shared_agent(tmp_path_factory):
    """One interpreter for all tests whose programs leave no state behind."""
    with AgentProcess(tmp_path_factory.mktemp("home")) as process:
        yield process
