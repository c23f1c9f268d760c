"""A short soak; `make soak` runs the whole one."""

import random
from pathlib import Path

import pytest

from soak import many_sessions
from soak.many_sessions import soak
from support.launchers import group_directories


@pytest.mark.alone(
    "its hostile programs take all processor time, so that cooldowns of other tests expire"
)
def test_sessions_leave_nothing_behind():
    assert soak(sessions=150, seed=random.SystemRandom().randrange(1 << 32))


def leave_group(server, _):
    for directory in group_directories(server.pid):
        (directory / "left").mkdir()
        return
    pytest.skip("a server has no cgroups here")


def leave_file(_, temporary):
    (Path(temporary) / "left").touch()


@pytest.mark.parametrize(
    ("row", "leave"), [("cgroups", leave_group), ("temporary files", leave_file)]
)
def test_what_is_left_is_found(monkeypatch, capsys, row, leave):
    """The census counts the leftover, and the soak fails because of it."""

    def settled(server, temporary, wanted=None):
        if wanted:
            leave(server, temporary)
        return census_when_settled(server, temporary, wanted)

    census_when_settled = many_sessions.settled
    monkeypatch.setattr(many_sessions, "settled", settled)
    monkeypatch.setattr(many_sessions, "PROGRAMS", many_sessions.PROGRAMS[:1])
    monkeypatch.setattr(many_sessions, "SETTLE_SECONDS", 3 * many_sessions.COOLDOWN_SECONDS)
    assert not soak(sessions=1, seed=1)
    leaks = [line for line in capsys.readouterr().out.splitlines() if line.endswith("LEAK")]
    assert [line.startswith(row) for line in leaks] == [True], leaks
