"""A root server that lacks CAP_KILL ends its sessions all the same, in every tier."""

import os

import pytest

from support.processes import descendants, processes_with
from support.waiting import wait_until

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root has capabilities to drop")

WITHOUT_KILL = ("setpriv", "--bounding-set=-kill", "--inh-caps=-kill")
MARK = f"9876.{os.getpid()}"  # seconds, in the command line of the process that stays
LEAVE_ONE_BEHIND = f"""
import subprocess
subprocess.Popen(["sleep", "{MARK}"], start_new_session=True).pid
"""


@pytest.mark.parametrize("tier", ["full", "restricted", "insecure"])
@pytest.mark.parametrize("before", [WITHOUT_KILL, ()], ids=["without", "with"])
def test_a_session_ends_with_all_its_processes(emulator_factory, tier, before):
    server = emulator_factory("--sandbox", tier, "--no-zygote", before=before)
    session = server.session()
    session.python_execute(LEAVE_ONE_BEHIND)

    def left_behind():
        return set(processes_with(MARK)) & set(descendants(server.pid))

    wait_until(lambda: len(left_behind()) == 1, "the program has left no process behind")
    (left,) = left_behind()
    with open(f"/proc/{left}/status") as status:
        (user,) = (line.split()[1] for line in status if line.startswith("Uid:"))
    assert (user == "0") == (bool(before) and tier != "full")  # SECURITY.md describes this
    session.end()
    wait_until(lambda: not os.path.exists(f"/proc/{left}"), "the process outlives its session")
