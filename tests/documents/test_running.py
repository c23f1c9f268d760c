"""The figures and directories that docs/running.md names for CI."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
RUNNING = (ROOT / "docs/running.md").read_text()
BENCHMARKS = (ROOT / "docs/BENCHMARKS.md").read_text()


def measured_mb(row):
    """Returns the median of a row of the benchmarks' table that is in MB."""
    return float(re.search(rf"^\| {re.escape(row)} \| ([\d.]+) MB", BENCHMARKS, re.MULTILINE)[1])


def test_the_memory_of_a_session_is_the_measured_one_and_as_many_fit_into_a_runner():
    idle, used = map(int, re.search(r"about (\d+) MB, or (\d+) MB after", RUNNING).groups())
    assert abs(idle - measured_mb("memory of an idle ready session")) < 1
    assert abs(used - measured_mb("memory of a session that used pandas")) < 1
    runner_gb, sessions = map(int, re.search(r"with (\d+) GB holds some (\d+)", RUNNING).groups())
    assert 0.7 < sessions * used / (runner_gb * 1024) < 0.9  # the system needs memory, too


def test_the_directories_to_keep_between_runs_are_those_that_the_tests_use():
    named = re.findall(r"`(build/[\w-]+)`", re.search(r"^Keep .*$", RUNNING, re.MULTILINE)[0])
    assert set(named) == {
        "build/release",
        "build/python",
        "build/test-python",
        "build/kernel-python",
    }
    made_by_others = {"build/release"}  # another preset has another build directory
    assert all((ROOT / name).is_dir() for name in set(named) - made_by_others)
