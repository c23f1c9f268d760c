"""The pytest plugins of these tests, each in a small separate run."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from support import stand_in
from support.parallel import group_of

CONFTEST = (
    'pytest_plugins = ["support.attack_report", "support.failure_report", "support.parallel"]\n'
)
PLAIN = {"PYTHONPATH": str(Path(__file__).parents[1]), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
NOT_OURS = (
    "PYTEST_",
    "MUST_WORK",
    "DYNSESSIONS_",
)  # variables that the separate run must not inherit


def run(directory, files, *arguments, **environment):
    (directory / "conftest.py").write_text(CONFTEST)
    for name, text in files.items():
        (directory / name).write_text(f"import pytest\n{text}")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(NOT_OURS)}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "xdist", "-p", "no:cacheprovider", *arguments],
        cwd=directory,
        env={**inherited, **PLAIN, **environment},
        capture_output=True,
        text=True,
        timeout=600,
    )


def test_a_group_is_a_file_a_tier_of_attacks_or_a_group_of_programs():
    attacks = "tests/sandbox/attacks/test_attacks_on_files.py"
    assert group_of(f"{attacks}::test_a[full, user-a case]") == f"{attacks}: full, user"
    assert group_of(f"{attacks}::test_a[a case-restricted, root]") == f"{attacks}: restricted, root"
    assert group_of(f"{attacks}::test_outside") == attacks
    programs = "tests/kernel/test_programs.py"
    program = f"{programs}::test_a_session[2024-02-02-preview-values_builtin: an int]"
    assert group_of(program) == "kernel: 2024-02-02-preview-values_builtin"
    assert group_of(f"{programs}::test_there_are_programs") == programs
    assert group_of("tests/http/test_auth.py::test_a[full, root]") == "tests/http/test_auth.py"


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["in one process", "in parallel"])
def test_the_attack_report_has_the_rows_of_all_workers(tmp_path, workers):
    attack = "@pytest.mark.attack({case})\ndef test_it():\n    assert {holds}\n"
    files = {
        "test_one.py": attack.format(case=1, holds=True),
        "test_other.py": attack.format(case=2, holds=False),
    }
    ended = run(tmp_path, files, "--attack-report", "report.json", *workers)
    assert ended.returncode == 1, ended.stdout
    rows = json.loads((tmp_path / "report.json").read_text())
    seen = sorted((row["case"], row["test"], row["outcome"]) for row in rows)
    assert seen == [(1, "test_one.py::test_it", "passed"), (2, "test_other.py::test_it", "failed")]


RECORD = """
import time
def record(words):
    with open("log", "a") as log:
        log.write(words + "\\n")
"""
ORDINARY = """
@pytest.mark.parametrize("number", range(20))
def test_ordinary(number):
    record("begin")
    time.sleep(0.02)
    record("end")
"""
ALONE = """
@pytest.mark.alone("a test of the mark")
def test_alone():
    record("alone")
    time.sleep(0.2)
    record("no longer")
"""


def test_nothing_else_runs_while_a_test_is_alone_and_its_own_worker_has_nothing_else(tmp_path):
    files = {"test_a.py": RECORD + ORDINARY, "test_b.py": RECORD + ORDINARY + ALONE + ORDINARY}
    ended = run(tmp_path, files, "-n", "2")
    assert ended.returncode == 0, ended.stdout
    log = (tmp_path / "log").read_text().split("\n")
    begin = log.index("alone")
    assert log[begin + 1] == "no longer"
    assert log[:begin].count("begin") == log[:begin].count("end") >= 20


def test_a_test_that_is_alone_needs_a_reason(tmp_path):
    ended = run(tmp_path, {"test_a.py": "@pytest.mark.alone\ndef test_a(): pass\n"})
    assert ended.returncode != 0
    assert "test_a.py::test_a: alone needs a reason" in ended.stdout + ended.stderr


USE = """
import requests
from support.emulator import Emulator

@pytest.fixture(scope="module")
def server():
    server = Emulator("--max-sessions", "7", environment={"TMPDIR": "/tmp"})
    yield server
    server.stop()

def log(server, words):
    server.stderr()  # reading must not move where the server writes
    with open("words", "w") as file:
        file.write(words)
    while words not in server.stderr(): pass

def test_before(server):
    log(server, "of the test before")

def test_that_fails(server):
    log(server, "of the test that fails")
    assert False

def test_that_does_not_use_it():
    assert False
"""
REPEAT = """
import threading, time
def repeat():
    said = ""
    while True:
        words = open("words").read() if os.path.exists("words") else ""
        if words and words != said:
            print(words, file=sys.stderr, flush=True)
            said = words
        time.sleep(0.01)
threading.Thread(target=repeat, daemon=True).start()
"""


@pytest.mark.parametrize("workers", [(), ("-n", "1")], ids=["in one process", "in a worker"])
def test_a_failure_shows_the_servers_that_the_test_used(tmp_path, workers):
    server = stand_in.write(tmp_path / "server", before=REPEAT)
    ended = run(tmp_path, {"test_a.py": USE}, *workers, DYNSESSIONS_BINARY=str(server))
    _, _, failed = ended.stdout.partition("test_that_fails ___")
    failed, _, other = failed.partition("test_that_does_not_use_it ___")
    assert f"TMPDIR=/tmp {server} serve --port 0 --admin-port 0 --max-sessions 7" in failed
    assert "of the test that fails\n" in failed
    assert "of the test before" not in ended.stdout
    assert other and "--max-sessions 7" not in other
