"""Packages that sessions install over the network."""

from support import neighbour
from support.egress import URL, needs_neighbour, run

OPTIONS = f"--index-url {URL}/simple --trusted-host {neighbour.NAME}"  # options of pip

pytestmark = needs_neighbour


def test_packages_are_installed_and_imported_with_egress(open_session):
    installed = run(open_session, f"%pip install {OPTIONS} nextdoor")
    assert "Successfully installed nextdoor-1.0" in installed["stdout"], installed
    imported = run(open_session, "import nextdoor\nprint(nextdoor.where)")
    assert "site-packages/nextdoor.py" in imported["stdout"]
    elsewhere = run(open_session, "!python -c 'import nextdoor; print(nextdoor.where)'")
    assert elsewhere["stdout"].split() == imported["stdout"].split()
    again = run(open_session, f"!pip install {OPTIONS} nextdoor; pip uninstall -y nextdoor")
    assert "already satisfied" in again["stdout"]
    assert "Successfully uninstalled" in again["stdout"]


def test_packages_for_the_user_are_imported_too(open_session):
    run(open_session, f"!pip install --user {OPTIONS} nextdoor")
    assert run(open_session, "import nextdoor\nprint('here')")["stdout"] == "here\n"


def test_without_egress_pip_says_that_there_is_no_network(session):
    result = run(session, f"!pip install {OPTIONS} nextdoor", timeoutInSeconds=200)
    assert "Temporary failure in name resolution" in result["stdout"], result
    assert "No matching distribution found for nextdoor" in result["stdout"]
