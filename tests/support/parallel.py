"""A pytest plugin for parallel runs (`pytest -n 2`, pytest-xdist): which tests stay together on one
worker, in which order groups start, and which tests run while no other test does.

A group is a file, except where tests of one file use different servers (attacks: one per tier) or
nothing in common (kernel programs: a kernel per group of programs).
"""

import contextlib
import fcntl
import os
import re
import shutil
import tempfile
from pathlib import Path

import pytest

from support.tiers import TIERS

_TIER = re.compile("|".join(re.escape(str(tier)) for tier in TIERS))
_PROGRAM = re.compile(r"\[(20\d\d-\d\d-\d\d-preview-\w+): ")

# Groups that take longest, longest first: what is left for the end is short, so that workers end
# together. Measured; a group that is missing here only costs balance.
LONGEST_FIRST = (
    *(f"attacks: {tier}" for tier in TIERS),
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
    """The name of the group that a test belongs to."""
    path, _, name = nodeid.partition("::")
    if "/attacks/" in path and (tier := _TIER.search(name)):
        return f"attacks: {tier[0]}"
    if "kernel/" in path and (program := _PROGRAM.search(name)):
        return f"kernel: {program[1]}"
    return path


def _rank(nodeid):
    group = group_of(nodeid)
    name = group.rpartition("/")[2]
    return LONGEST_FIRST.index(name) if name in LONGEST_FIRST else len(LONGEST_FIRST)


def pytest_configure(config):
    config.addinivalue_line(
        "markers", "alone(reason): runs while no other worker runs a test (support/parallel.py)"
    )
    if worker := getattr(config, "workerinput", None):
        order = WorkerOrder(Turns(Path(worker["turns"])))
        config.pluginmanager.register(order, "order-of-tests-in-parallel-runs")


def pytest_collection_modifyitems(items):
    for item in items:
        for mark in item.iter_markers("alone"):
            assert mark.args and mark.args[0], f"{item.nodeid}: alone needs a reason"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Only the process that distributes the tests calls this."""
    from xdist.scheduler import LoadScopeScheduling

    class ByGroup(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return group_of(nodeid)

    config.option.loadscopereorder = False  # WorkerOrder has put them in order
    return ByGroup(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node):
    """In the same process, for each worker before it starts."""
    if not hasattr(node.config, "turns_directory"):
        node.config.turns_directory = tempfile.mkdtemp(prefix="dynsessions-tests-")
        node.config.add_cleanup(lambda: shutil.rmtree(node.config.turns_directory))
    node.workerinput["turns"] = node.config.turns_directory


class WorkerOrder:
    """In each worker."""

    def __init__(self, turns):
        self._turns = turns

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items):
        items.sort(key=lambda item: _rank(item.nodeid))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item):
        """Around set-up and tear-down too. Waiting does not count towards the test's timeout."""
        alone = item.get_closest_marker("alone") is not None
        with self._turns.take(alone):
            return (yield)


class Turns:
    """A lock between the workers of one run: shared by ordinary tests, exclusive for `alone` ones.

    Whoever waits holds the gate, so that a test that needs the machine alone is not overtaken by
    an endless row of ordinary ones.
    """

    def __init__(self, directory):
        flags = os.O_CREAT | os.O_RDWR | os.O_CLOEXEC
        self._gate, self._lock = (os.open(directory / name, flags) for name in ("gate", "lock"))

    @contextlib.contextmanager
    def take(self, alone):
        fcntl.flock(self._gate, fcntl.LOCK_EX)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        finally:
            fcntl.flock(self._gate, fcntl.LOCK_UN)
        try:
            yield
        finally:
            fcntl.flock(self._lock, fcntl.LOCK_UN)
