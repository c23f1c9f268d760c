"""The work of each client's users, with the client from its registry; suite.py lists the clients.

Without `--all-clients` only clients that need no separate environment.
"""

import pytest

import suite


def pytest_generate_tests(metafunc):
    if "run" in metafunc.fixturenames:
        everything = metafunc.config.getoption("--all-clients")
        runs = suite.every_run() if everything else suite.quick_runs()
        metafunc.parametrize("run", list(runs), ids=str)


def test_every_operation_does_what_its_user_wants(run, request, tmp_path, record_property):
    client, own_environment = run.client, request.config.getoption("--all-clients")
    if own_environment and not client.is_imitated:
        if why := suite.reason_not_to_install(client.directory, client.environment):
            pytest.skip(why)
    operations = suite.reported_by(run, tmp_path, own_environment)
    record_property("client_run", {"run": [client.name, *run[1:]], "operations": operations})
    failed = {one["operation"]: one["detail"] for one in operations if not one["ok"]}
    assert not failed
    names = {one["operation"] for one in operations}
    assert client.does <= names


@pytest.mark.parametrize(
    "client", [one for one in suite.CLIENTS if one.in_test_environment], ids=lambda one: one.name
)
def test_the_quick_part_runs_the_version_that_the_table_shows(client):
    requirements = suite.ROOT / "tests" / "requirements.txt"
    assert suite.pinned(requirements, client.package) == client.version()


def test_a_language_that_is_not_there_is_a_reason_not_to_run(tmp_path):
    (tmp_path / "requirements.txt").touch()
    (tmp_path / "python-version").write_text("9.9\n")
    why = suite.reason_not_to_install(tmp_path, tmp_path / "environment")
    assert why == "Python 9.9 is not installed"
