"""The soak in short; `make soak` is the whole."""

import random

from soak.many_sessions import soak


def test_sessions_leave_nothing_behind():
    assert soak(sessions=150, seed=random.SystemRandom().randrange(1 << 32))
