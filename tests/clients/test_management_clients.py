"""Clients of Azure Resource Manager, unmodified: the Azure CLI and the SDKs of JavaScript, Go and
Java, with the variables that `dynsessions env` prints. The Python SDK is in
tests/http/control_plane.

The SDK of JavaScript always runs; its packages come from npm's registry once, and stay in
build/clients. The others run with `--all-clients` only: the Azure CLI has 150 packages.
"""

import json
import subprocess

import pytest

import suite
from support.emulator import BINARY, Emulator

CLIENTS = ("azure-cli", "arm-javascript", "arm-go", "arm-java")
QUICK = "arm-javascript"  # 30 packages in 8 seconds
SECONDS = 600


@pytest.fixture(scope="module")
def server():
    started = Emulator("--auth", "claims", "--ready-sessions", "0", "--no-zygote")
    yield started
    started.stop()


def variables_of(server, directory):
    """Returns the environment of a shell that was clean before `dynsessions env` set its
    variables."""
    clean = suite.clean_environment(directory)
    port = server.admin.rsplit(":", 1)[1]
    command = [BINARY, "env", "--format", "json", "--admin-port", port]
    printed = subprocess.run(command, env=clean, capture_output=True, text=True, timeout=60)
    assert printed.returncode == 0, printed.stderr
    variables = {**clean, **json.loads(printed.stdout)}
    return {name: value for name, value in variables.items() if value is not None}


def command_of(directory, environment):
    packages = environment / "packages"
    if (directory / "package.json").exists():
        return ["node", environment / "drive.mjs"]
    if (directory / "go.mod").exists():
        return [packages / "drive"]
    if (directory / "pom.xml").exists():
        return ["java", "-cp", f"{packages}/*", directory / "Drive.java"]
    return [packages / "bin" / "python3", directory / "drive.py"]


@pytest.mark.parametrize("client", CLIENTS)
def test_every_operation_does_what_its_user_wants(client, server, request, tmp_path):
    if client != QUICK and not request.config.getoption("--all-clients"):
        pytest.skip("runs with --all-clients")
    directory, environment = suite.HERE / client, suite.ENVIRONMENTS / client
    if why := suite.reason_not_to_install(directory, environment):
        assert client != QUICK, f"{why}: .ci/test installs it on Debian"
        pytest.skip(why)
    variables = variables_of(server, tmp_path)
    variables["AZURE_CONFIG_DIR"] = str(tmp_path / "azure")  # a directory of this test only
    ended = subprocess.run(
        list(map(str, command_of(directory, environment))),
        env={**variables, "PYTHONPATH": f"{suite.HERE}:{suite.HERE.parent}"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert ended.returncode == 0, f"{ended.stdout}{ended.stderr}"
    operations = [json.loads(line) for line in ended.stdout.splitlines()]
    failed = {one["operation"]: one["detail"] for one in operations if not one["ok"]}
    assert not failed
    assert len(operations) >= 7
