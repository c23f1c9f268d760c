"""Fixtures that the comparisons with the contract's sources share."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def contract_directory():
    """Returns the directory of the sources, which are not in this repository."""
    directory = os.environ.get("CONTRACT_DIR")
    if not directory:
        pytest.skip("not compared with the contract's sources: CONTRACT_DIR is not set")
    return Path(directory)
