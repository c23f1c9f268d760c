"""Where a session knowingly answers other than a kernel: at most five, each with its reason."""

from dataclasses import dataclass
from typing import Callable


@dataclass(frozen=True)
class Difference:
    reason: str
    programs: frozenset  # as GROUP: TITLE
    adjust: Callable  # changes the kernel's answer into the one that a session gives


def none_is_null(answer):
    answer.result = None


DIFFERENCES = [
]


def known_difference(program):
    found = [difference for difference in DIFFERENCES if str(program) in difference.programs]
    return found[0] if found else None
