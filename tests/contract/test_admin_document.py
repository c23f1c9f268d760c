"""The OpenAPI document that the admin API serves, and generated requests that test it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import requests

SCHEMATHESIS = str(Path(sys.executable).with_name("schemathesis"))
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
)
ENDLESS = (
    "follow_journal",
    "follow_events",
)  # streams, which test_hidden_results.py and test_journal.py test
ARCHIVES = ("put_snapshot",)  # Schemathesis cannot make archives; fuzz_snapshots does
IN_TREE = Path(__file__).parents[2] / "api-spec" / "admin-api.json"


@pytest.fixture(scope="module")
def server():
    from support.emulator import Emulator

    running = Emulator("--ready-sessions", "0", "--no-zygote", as_documented=False)
    yield running
    running.stop()


def test_the_document_is_served(server):
    answer = requests.get(f"{server.admin}/openapi.json", timeout=20)
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.json() == json.loads(IN_TREE.read_text())


def test_generated_requests_are_answered_as_the_document_says(server, tmp_path):
    command = [SCHEMATHESIS, "run", f"{server.admin}/openapi.json"]
    for name in (*ENDLESS, *ARCHIVES):
        command += ["--exclude-operation-id", f"{name}_of_pool"]
    # Paths of one pool and of the server: the same operations have other paths, too.
    command += ["--include-path-regex", "^/(pools|health|server|version|metrics|openapi)"]
    command += ["--checks", ",".join(CHECKS), "--phases", "coverage,fuzzing"]
    command += ["--max-examples", "5", "--seed", "1", "--workers", "1", "--no-color"]
    command += ["--generation-database", "none", "--request-timeout", "60"]
    ours = {"SCHEMATHESIS_HOOKS": "admin_requests", "PYTHONPATH": str(Path(__file__).parent)}
    how = {"capture_output": True, "text": True, "timeout": 1100, "cwd": tmp_path}
    run = subprocess.run(command, env={**os.environ, **ours}, **how)
    assert run.returncode == 0, run.stdout + run.stderr
    assert " passed" in run.stdout and "❌" not in run.stdout, run.stdout
    assert requests.get(f"{server.admin}/health/live", timeout=20).status_code == 200
