"""Runs in a separate mount namespace, so that nothing is mounted on the host."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

LOOK = """
import subprocess, sys
from support import mounts
before = mounts.of_sandboxes()
subprocess.run(["mount", "-t", "tmpfs", "none", sys.argv[1]], check=True)
print([line.split()[4] for line in mounts.of_sandboxes() - before])
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount")
@pytest.mark.parametrize("place, seen", [("/tmp", ["/tmp"]), ("/dev", []), ("/var", [])])
def test_only_a_mount_where_sandboxes_mount_is_seen(place, seen):
    command = ["unshare", "--mount", sys.executable, "-c", LOOK, place]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    look = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert look.stdout.strip() == str(seen)
