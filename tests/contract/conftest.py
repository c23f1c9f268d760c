"""What the comparisons with the contract's sources share."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def contract_folder():
    """The sources themselves, which are not in this repository."""
    folder = os.environ.get("CONTRACT_DIR")
    if not folder:
        pytest.skip("not compared with the contract's sources: CONTRACT_DIR is not set")
    return Path(folder)
