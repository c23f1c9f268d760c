"""sandbox/agents/python/PACKAGES.md is the output of packages_page.py for the pins and the
facts."""

import runpy

from agent_process import REPOSITORY

DIRECTORY = REPOSITORY / "sandbox/agents/python"


def test_the_page_is_up_to_date():
    made = runpy.run_path(str(DIRECTORY / "packages_page.py"))["page"]()
    command = "python3 packages_page.py > PACKAGES.md"
    assert (DIRECTORY / "PACKAGES.md").read_text() == made, f"in {DIRECTORY}: {command}"
