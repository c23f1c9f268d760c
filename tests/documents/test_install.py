"""`cmake --install` gives a program that runs from its prefix, with its manual and completions."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from support.emulator import BINARY, START_SECONDS

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / "build" / "python" / "bin" / "python3"
MANUAL = ROOT / "docs" / "dynsessions.1"


def output_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    """Below a directory that the server's unprivileged processes can enter, too."""
    prefix = tmp_path_factory.mktemp("prefix")
    output_of("cmake", "--install", str(Path(BINARY).parent), "--prefix", str(prefix))
    return prefix


def test_the_installed_program_finds_its_parts(prefix, tmp_path):
    program = prefix / "bin" / "dynsessions"
    assert output_of(program, "version") == output_of(BINARY, "version")
    assert "recorded" in output_of(program, "conform", "--counts")
    ready = tmp_path / "ready"
    ports = ["--port", "0", "--https-port", "0", "--admin-port", "0", "--quiet"]
    server = subprocess.Popen([program, *ports, "--python", PYTHON, "--ready-file", ready])
    try:
        output_of(program, "wait", "--ready-file", ready, "--timeout", str(START_SECONDS))
        endpoint = json.loads(ready.read_text())["poolManagementEndpoint"]
        answer = output_of(
            *("curl", "-s", "-H", "Authorization: Bearer any"),
            *("-H", "Content-Type: application/json", "-d", '{"code": "6 * 7"}'),
            f"{endpoint}/executions?identifier=installed&api-version=2025-10-02-preview",
        )
        assert json.loads(answer).get("result", {}).get("executionResult") == 42, answer
    finally:
        server.terminate()
        assert server.wait(60) == 0


@pytest.mark.parametrize(
    "file",
    [
        "share/man/man1/dynsessions.1",
        "share/bash-completion/completions/dynsessions",
        "share/zsh/site-functions/_dynsessions",
        "share/fish/vendor_completions.d/dynsessions.fish",
    ],
)
def test_manual_and_completions_are_where_shells_look(prefix, file):
    assert "dynsessions" in (prefix / file).read_text()


def test_the_manual_has_every_command():
    overview = output_of(BINARY, "--help").partition("Commands:\n")[2].partition("\n\n")[0]
    commands = re.findall(r"^  (\w+)", overview, re.MULTILINE)
    listed = re.findall(
        r"\b\w+\b", MANUAL.read_text().partition(".SH COMMANDS")[2].partition(".SH OPTIONS")[0]
    )
    assert "serve" in commands and set(commands) <= set(listed)
