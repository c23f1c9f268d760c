"""A pytest plugin for parallel runs (`pytest -n 2`, pytest-xdist): decides which tests stay
together on one worker, in which order groups start, and which tests run alone.

A group is a file, with two exceptions: attacks, whose tests use different servers, have a group per
tier; kernel programs have a kernel, and so a group, per group of programs.
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


def _rank(nodeid):
    group = group_of(nodeid)
    name = group.rpartition("/")[2].partition(":")[0]
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
    """Is called only in the process that distributes the tests."""
    from xdist.scheduler import LoadScopeScheduling

    class ByGroup(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return group_of(nodeid)

    config.option.loadscopereorder = False  # WorkerOrder has ordered them already
    return ByGroup(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node):
    """Runs in the same process, for each worker before it starts."""
    if not hasattr(node.config, "turns_directory"):
        node.config.turns_directory = tempfile.mkdtemp(prefix="dynsessions-tests-")
        node.config.add_cleanup(lambda: shutil.rmtree(node.config.turns_directory))
    node.workerinput["turns"] = node.config.turns_directory


class WorkerOrder:
    """Orders the tests within each worker."""

    def __init__(self, turns):
        self._turns = turns

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items):
        items.sort(key=lambda item: _rank(item.nodeid))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item):
        """The lock also covers set-up and tear-down. Waiting does not count towards the test's
        timeout."""
        alone = item.get_closest_marker("alone") is not None
        with self._turns.take(alone):
            return (yield)


class Turns:
    """A lock between the workers of one run: shared by ordinary tests, exclusive for `alone` ones.

    A waiting test holds the gate, so that a test that needs the machine alone is not overtaken by
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
