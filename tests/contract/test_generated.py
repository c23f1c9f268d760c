"""Thousands of generated requests, valid and invalid by our OpenAPI documents, alone and along
their links: the answers fit the documents.

Seed and number are fixed, so a failure is repeatable; its report ends with a curl line.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from support import documents
from support.emulator import HTTP_SECONDS

SCHEMATHESIS = str(Path(sys.executable).with_name("schemathesis"))
EXAMPLES = 15  # examples per operation, besides edge cases, which are always sent
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
)


def generated(version, url, directory):
    command = [SCHEMATHESIS, "run", str(documents.DIRECTORY / version / "openapi.json")]
    command += ["--url", url, "--header", "Authorization: Bearer test-token"]
    command += ["--checks", ",".join(CHECKS), "--phases", "coverage,fuzzing,stateful"]
    command += ["--max-examples", str(EXAMPLES), "--seed", "1", "--workers", "1"]
    command += ["--generation-database", "none", "--no-color"]
    command += ["--request-timeout", str(HTTP_SECONDS)]
    ours = {
        "DOCUMENT_VERSION": version,
        "SCHEMATHESIS_HOOKS": "generated_requests",
        "PYTHONPATH": str(Path(__file__).parent),
    }
    how = {"capture_output": True, "text": True, "timeout": 1100, "cwd": directory}
    return subprocess.run(command, env={**os.environ, **ours}, **how)


@pytest.mark.parametrize("version", documents.versions())
def test_generated_requests_are_answered_as_documented(version, emulator_factory, tmp_path):
    server = emulator_factory(
        "--max-sessions", "100"
    )  # a separate server, because its sessions end with it
    run = generated(version, server.endpoint, tmp_path)
    assert run.returncode == 0, run.stdout + run.stderr
    assert " passed" in run.stdout and "No issues found" in run.stdout, run.stdout
