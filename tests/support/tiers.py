"""The tiers of the sandbox that this machine offers, and servers in each.

A tier defines who runs the server and what it can use. Each has a separate directory for state and
for temporary files, so that a test sees what one of its servers leaves behind.
"""

import contextlib
import os
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from support.emulator import Emulator, run_to_end
from support.executions import value_in
from support.programs import run_inside

NOBODY = 65534  # an ordinary user
AS_NOBODY = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")


@dataclass(frozen=True)
class Tier:
    name: str
    before: tuple = ()  # command prefix of the server
    arguments: tuple = ()
    letter: str = "A"  # A: the tier with all namespaces, B: the tier without
    needs_root: bool = field(default=True, kw_only=True)

    def __str__(self):
        return self.name

    def reason_to_skip(self):
        """Returns the reason why this machine does not offer the tier; None if it does."""
        if self.needs_root and os.geteuid() != 0:
            return f"{self.name}: the tests do not run as root"
        return None


TIERS = [
    Tier("full, root", arguments=("--sandbox", "full")),
    Tier("full, user", before=AS_NOBODY, arguments=("--sandbox", "full")),
    Tier("restricted, root", arguments=("--sandbox", "restricted"), letter="B"),
    Tier("restricted, user", before=AS_NOBODY, arguments=("--sandbox", "restricted"), letter="B"),
]


def as_session_user():
    """Returns a command prefix for a process of the host that the sessions of an ordinary user's
    server could signal and trace if only user ids counted. Sessions of a root server have separate
    users."""
    return AS_NOBODY if os.geteuid() == 0 else ()


@contextlib.contextmanager
def directory_for_all():
    """Makes a directory that every user of this machine can use; it is removed at the end, however
    deep it is."""
    directory = tempfile.mkdtemp(prefix="dynsessions-attacks-")
    os.chmod(directory, 0o777)
    try:
        yield directory
    finally:
        subprocess.run(["rm", "-rf", directory], check=True)


class TierServer(Emulator):
    """A server of a tier, with a separate directory for its state and its temporary files."""

    def __init__(self, tier, directory, *arguments, around=(), before=(), environment=None):
        """`around` and `before` are command prefixes of the server; the first runs as the user who
        runs the tests, the second as the tier's user."""
        self.tier = tier
        self._temporary = os.path.join(directory, "tmp")
        os.makedirs(self._temporary, exist_ok=True)
        os.chmod(self._temporary, 0o777)
        own = {"XDG_STATE_HOME": os.path.join(directory, "state"), "TMPDIR": self._temporary}
        super().__init__(
            *tier.arguments,
            *arguments,
            before=[*around, *tier.before, *before],
            environment={**own, **(environment or {})},
        )

    def data_directory_with(self, name):
        """Returns the data directory, on the host's disk, of the only session that has that name in
        it."""
        (found,) = Path(self._temporary).glob(f"*/*/data/{name}")
        return found.parent

    def temporary_files(self):
        return sorted(os.listdir(self._temporary))


def skip_unless_offered(tier):
    if reason := tier.reason_to_skip():
        pytest.skip(reason)


def run_as(tier, *arguments, before=(), **environment):
    """Runs the program with options of a tier until it exits by itself."""
    with directory_for_all() as state:
        return run_to_end(
            *("--port", "0", "--https-port", "off", "--admin-port", "0", *tier.arguments),
            *arguments,
            before=(*tier.before, *before),
            XDG_STATE_HOME=state,
            **environment,
        )


def works_fully(server):
    """Checks that a new session computes, has its files, and is still confined."""
    session = server.session()
    assert value_in("synchronous", session, "import pandas; 6 * 7") == 42
    assert session.upload("up", b"mine").status_code == 200
    assert value_in("synchronous", session, "open('/mnt/data/up').read()") == "'mine'"
    value_in("synchronous", session, "open('/mnt/data/down', 'w').write('theirs')")
    assert session.content("down").content == b"theirs"
    if server.tier.letter == "A":
        assert run_inside(session, "mounts") == {"faults": [], "some were seen": True}
    answers = run_inside(session, "loosen")
    assert (answers["status"]["Seccomp"], answers["status"]["NoNewPrivs"]) == ("2", "1")
    return session
