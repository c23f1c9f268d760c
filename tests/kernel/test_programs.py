"""Programs of every kind run in a real Jupyter kernel, in a session whose interpreter was forked
and in one whose interpreter was started, and must have equal answers.

The kernel is an ipykernel 6.29, our guess at the service's version, on the Python, the IPython and
the packages of the sessions. Its messages become an answer by the rules in oracle.py; sides.py
masks what differs between any two runs; differences.py lists the accepted differences.

Adding a program is adding a few lines to a file of programs/. It must change nothing on the machine
outside its working directory, as the kernel is not sandboxed. Two runs must give the same answer:

- no sets of strs, whose order is random; no race between prints and a child's output, which a
  kernel reads in a separate thread;
- no `raise` on the line of its `def`: stack_data then picks one of the two statements by address,
  and shows the function or the lines around it.

Surprising findings: pandas and similar packages ask `get_ipython()` whether they print for a
notebook (by its class's name and for an attribute `kernel`), and then fold DataFrames differently;
a SyntaxWarning is printed three times, twice for a file "<>"; `!` goes through a pseudo-terminal,
so its lines end in CR LF; a failing _repr_html_ leaves its traceback on stderr although no client
shows HTML; IPython reports whatever an exception's __str__ raises, and reports nothing for
exceptions that are each other's context; a program that assigns None to sys.stdout, or closes it,
leaves a kernel without an answer.
"""

import copy
import re

import pytest

import corpus
from differences import DIFFERENCES, known_difference
from support.emulator import V2024_02, V2025_10

PROGRAMS = corpus.read_all()
# Older versions write these values differently.
GROUPS_OF_VALUES = {"values_builtin"}
CASES = [(V2025_10, program) for program in PROGRAMS] + [
    (V2024_02, program) for program in PROGRAMS if program.group in GROUPS_OF_VALUES
]


@pytest.mark.parametrize("version, program", CASES, ids=lambda case: str(case))
def test_a_session_answers_as_a_kernel_does(all_sides, version, program):
    kernel, sessions = all_sides(program.group, version).run(program)
    difference = known_difference(program)
    if difference and version == V2025_10:
        unadjusted = copy.copy(kernel)
        difference.adjust(kernel)
        assert kernel != unadjusted, f"no longer a difference: {difference.reason}"
    differing = [
        side_by_side(program, kernel, start, answer)
        for start, answer in sessions.items()
        if answer != kernel
    ]
    if differing:
        pytest.fail("\n\n".join(differing), pytrace=False)


def side_by_side(program, kernel, start, session):
    lines = [str(program), f"(its interpreter was {start})", "", *program.cells]
    for field in ("ok", "stdout", "stderr", "result"):
        theirs, ours = getattr(kernel, field), getattr(session, field)
        if theirs != ours:
            lines += ["", f"kernel's {field}:", shown(theirs), f"session's {field}:", shown(ours)]
    return "\n".join(lines)


def shown(value):
    text = str(value) if isinstance(value, str) and "\n" in value else repr(value)
    return text if len(text) < 4000 else f"{text[:4000]}… ({len(text)} characters)"


def test_there_are_programs_of_every_kind():
    assert len(PROGRAMS) >= 1900
    assert len(DIFFERENCES) <= 7


def test_no_program_raises_on_the_line_of_its_def():
    on_one_line = re.compile(r"^\s*(?:async )?def .*\).*: *(?:raise|assert)\b", re.MULTILINE)
    assert [str(each) for each in PROGRAMS if any(map(on_one_line.search, each.cells))] == []


def test_a_known_difference_names_its_programs_and_why():
    known = {str(program) for program in PROGRAMS} | {program.group for program in PROGRAMS}
    for difference in DIFFERENCES:
        assert difference.reason
        assert difference.programs and set(difference.programs) <= known
