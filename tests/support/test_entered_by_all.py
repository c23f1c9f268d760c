"""`.ci/entered_by_all` lets the users of sessions enter a checkout below a closed directory."""

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from support import environments

SCRIPT = Path(__file__).parents[2] / ".ci" / "entered_by_all"
AS_NOBODY = ("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups")

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0, reason="sessions of other users have the user of their server"
)


@pytest.fixture
def checkout(tmp_path):
    """Below two closed directories, one with a space in its name."""
    closed = tmp_path / "of root", tmp_path / "of root" / "closed"
    checkout = closed[1] / "checkout"
    (checkout / ".ci").mkdir(parents=True)
    shutil.copy(SCRIPT, checkout / ".ci")
    (checkout / "file").write_text("text")
    (closed[0] / ".settings").write_text("hidden")
    (closed[0] / "link").symlink_to(".settings")
    for directory in closed:
        directory.chmod(0o700)
    tmp_path.chmod(0o755)
    return checkout


def run(checkout, *command, before=()):
    return subprocess.run(
        [*before, checkout / ".ci" / "entered_by_all", *command],
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_every_user_can_read_the_checkout(checkout):
    assert subprocess.run([*AS_NOBODY, "cat", checkout / "file"]).returncode != 0
    read = run(checkout, *AS_NOBODY, "cat", checkout / "file")
    assert (read.stdout, read.returncode) == ("text", 0), read.stderr


def test_the_rest_of_the_directories_is_still_there(checkout):
    home = checkout.parents[1]
    seen = run(checkout, "cat", home / ".settings", home / "link", "file")
    assert (seen.stdout, seen.returncode) == ("hiddenhiddentext", 0), seen.stderr


def test_what_the_command_writes_stays_and_modes_are_as_before(checkout):
    ended = run(checkout, "sh", "-c", "echo new >written; exit 3")
    assert ended.returncode == 3, ended.stderr
    assert (checkout / "written").read_text() == "new\n"
    assert stat.S_IMODE(checkout.parent.stat().st_mode) == 0o700


def test_it_can_be_run_by_its_own_command(checkout):
    show = "readlink /proc/self/ns/mnt"
    script = checkout / ".ci" / "entered_by_all"
    both = run(checkout, "sh", "-c", f'{show}; "$0" {show}; {show}', script)
    first, inner, last = both.stdout.split()
    assert first == last != inner, both.stderr


def test_where_nothing_can_be_mounted_it_says_what_to_do(checkout):
    refused = run(checkout, "true", before=environments.NO_USER_NAMESPACES)
    assert refused.returncode == 1
    assert str(checkout) in refused.stderr and "chmod o+x" in refused.stderr
