"""A pytest plugin for parallel runs (`pytest -n 2`, pytest-xdist): decides which tests stay
together on one worker, in which order groups start, and which tests run alone.

A group is a file, with three exceptions: attacks, whose tests use different servers, have a group
per tier; kernel programs have a kernel, and so a group, per group of programs; the tests that run
alone are the last group, because each of them waits until the other workers have nothing to run.
"""

import contextlib
import fcntl
import functools
import os
import re
import shutil
import tempfile
from pathlib import Path

import pytest

from support.tiers import TIERS

_TIER = re.compile("|".join(re.escape(str(tier)) for tier in TIERS))
_ALONE = "alone"  # the group of these tests, and the file that lists them
_PROGRAM = re.compile(r"\[(20\d\d-\d\d-\d\d-preview-\w+): ")

# Groups that take longest, longest first: short groups remain for the end, so that workers finish
# together. The order was measured; a group that is missing here only costs balance.
LONGEST_FIRST = (
    "test_attacks_on_channels.py",
    "test_attacks_on_the_server.py",
    "test_attacks_on_processes.py",
    "test_limits.py",
    "test_emulator_conforms.py",
    "test_soak.py",
    "test_generated.py",
    "test_admin_document.py",
    "test_compatibility.py",
    "test_kill.py",
    "test_tiers.py",
    "test_many_sessions.py",
    "test_recovery.py",
)


def group_of(nodeid):
    """Returns the name of the group that a test belongs to."""
    path, _, name = nodeid.partition("::")
    if "/attacks/" in path and (tier := _TIER.search(name)):
        return f"{path}: {tier[0]}"
    if "kernel/" in path and (program := _PROGRAM.search(name)):
        return f"kernel: {program[1]}"
    return path


def _is_alone(item):
    return item.get_closest_marker("alone") is not None


def _rank(nodeid):
    group = group_of(nodeid)
    name = group.rpartition("/")[2].partition(":")[0]
    return LONGEST_FIRST.index(name) if name in LONGEST_FIRST else len(LONGEST_FIRST)


def pytest_configure(config):
    config.addinivalue_line(
        "markers", "alone(reason): runs while no other worker runs a test (support/parallel.py)"
    )
    if worker := getattr(config, "workerinput", None):
        order = WorkerOrder(Path(worker["turns"]))
        config.pluginmanager.register(order, "order-of-tests-in-parallel-runs")


def pytest_collection_modifyitems(items):
    for item in items:
        for mark in item.iter_markers("alone"):
            assert mark.args and mark.args[0], f"{item.nodeid}: alone needs a reason"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Is called only in the process that distributes the tests."""
    from xdist.scheduler import LoadScopeScheduling

    class ByGroup(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return _ALONE if nodeid in alone() else group_of(nodeid)

    @functools.cache
    def alone():
        return set((config.turns_directory / _ALONE).read_text().splitlines())

    config.option.loadscopereorder = False  # WorkerOrder has ordered them already
    return ByGroup(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node):
    """Runs in the same process, for each worker before it starts."""
    if not hasattr(node.config, "turns_directory"):
        node.config.turns_directory = Path(tempfile.mkdtemp(prefix="dynsessions-tests-"))
        node.config.add_cleanup(lambda: shutil.rmtree(node.config.turns_directory))
    node.workerinput["turns"] = str(node.config.turns_directory)


class WorkerOrder:
    """Orders the tests within each worker."""

    def __init__(self, directory):
        self._directory = directory
        self._turns = Turns(directory)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items):
        """Every worker collects the same tests, so each writes the same list of those that run alone,
        for the process that distributes the tests and does not collect them."""
        items.sort(key=lambda item: (_is_alone(item), _rank(item.nodeid)))
        alone = [item.nodeid for item in items if _is_alone(item)]
        whole = self._directory / f"{_ALONE}-{os.getpid()}"
        whole.write_text("\n".join(alone))
        whole.rename(self._directory / _ALONE)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item):
        """The lock also covers set-up and tear-down. Waiting does not count towards the test's
        timeout."""
        with self._turns.take(_is_alone(item)):
            return (yield)


class Turns:
    """A lock between the workers of one run: shared by ordinary tests, exclusive for `alone` ones,
    which wait until the ordinary ones have ended."""

    def __init__(self, directory):
        self._lock = os.open(directory / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC)

    @contextlib.contextmanager
    def take(self, alone):
        fcntl.flock(self._lock, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        try:
            yield
        finally:
            fcntl.flock(self._lock, fcntl.LOCK_UN)
