"""Differences between a session's answers and a kernel's that are accepted: at most seven, each
with its reason."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from oracle import COLOURS, Number


@dataclass(frozen=True)
class Difference:
    reason: str
    programs: tuple  # "GROUP: TITLE", or the name of a whole group
    adjust: Callable  # changes the kernel's answer into the session's


def none_is_null(answer):
    answer.result = None


def without_frames_of_ipykernel(answer):
    """Removes the frames in IPython's layout and in Python's."""
    of_ipython = r"^File \S+/ipykernel/.*\n(.+\n)+\n"
    of_python = r'^  File "\S+/ipykernel/.*\n    .*\n'
    answer.stderr = re.sub(f"{of_ipython}|{of_python}", "", answer.stderr, flags=re.MULTILINE)


def without_terminal(answer):
    answer.stdout = COLOURS.sub("", answer.stdout).replace("terminal", "pipe")


def context_of_awaiting_program_stays(answer):
    answer.result = Number("6")


def streams_are_whole(answer):
    answer.stdout = "next\n" if "closed file" in answer.stderr else "child\n"
    answer.ok, answer.stderr, answer.result = True, "", ""


def lone_surrogate_is_escaped(answer):
    answer.stdout, answer.stderr = "a\\ud800b\n", ""


DIFFERENCES = [
    Difference(
        "A kernel shows no value for None, so the service could not either; but the example of its "
        "specification has null (CONTRACT.md section 8, row 10).",
        ("values_none",),
        none_is_null,
    ),
    Difference(
        "ipykernel's functions that raise, or call functions that raise, are in the traceback; in a "
        "session the agent does their work, and it never shows its own code.",
        (
            "streams: input",
            "streams: input without a prompt",
            "streams: getpass",
            "streams: bytes cannot be written",
            "streams: numbers cannot be written",
            "streams: a thread that fails",
            "streams_more: getpass",
            "streams_more: input as an EOFError",
            "streams_more: input with a replaced stdin",
            "streams_more: write of None",
            "streams_more: writelines with a number in it",
            "shell: a background process",
            "exceptions_evil: __str__ of an exception raises",
            "magics: %debug",
            "libraries: pdb.set_trace in the last line",
            "libraries: pdb.set_trace in a function",
        ),
        without_frames_of_ipykernel,
    ),
    Difference(
        "Changes of a program to the streams and their descriptors end with the program; a kernel "
        "loses their output for good.",
        (
            "descriptors_lost: a child's output in the next program",
            "streams_closed: the next print",
        ),
        streams_are_whole,
    ),
    Difference(
        "The sandbox has no pseudo-terminals, so that commands of `!` see a pipe.",
        ("shell: is a terminal",),
        without_terminal,
    ),
    Difference(
        "Context variables that a program with `await` sets stay set; ipykernel 6 forgets them, as "
        "it runs such cells in a copy of the context.",
        ("async: contextvars after await",),
        context_of_awaiting_program_stays,
    ),
    Difference(
        "A kernel loses output with a surrogate that stands for no byte, and logs a traceback of "
        "its own; a session escapes the surrogate.",
        ("undecodable_more: a lone high surrogate",),
        lone_surrogate_is_escaped,
    ),
]


def known_difference(program):
    for difference in DIFFERENCES:
        if str(program) in difference.programs or program.group in difference.programs:
            return difference
    return None
