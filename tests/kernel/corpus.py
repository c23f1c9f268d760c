"""The programs: programs/GROUP.ipy, separated as in a notebook that is kept as a script.

    # %% what it is about        begins a program
    # %%                         begins its next cell, for state across cells

A program's answer is that of its last cell. All programs of a group run in one kernel and in one
session, in the order of the file.
"""

import re
from dataclasses import dataclass
from pathlib import Path

DIRECTORY = Path(__file__).with_name("programs")


@dataclass(frozen=True)
class Program:
    group: str
    title: str
    cells: tuple

    def __str__(self):
        return f"{self.group}: {self.title}"


def read_group(path):
    head, *parts = re.split(r"^# %%(.*)\n", path.read_text(), flags=re.MULTILINE)
    assert not head, f"{path} does not begin with a title"
    programs = []
    for title, cell in zip(parts[::2], parts[1::2]):
        if title:
            programs.append((title.strip(), []))
        programs[-1][1].append(cell.removesuffix("\n").removesuffix("\n"))
    titles = [title for title, _ in programs]
    assert len(set(titles)) == len(titles), f"{path} has a title twice"
    return [Program(path.stem, title, tuple(cells)) for title, cells in programs]


def read_all():
    return [program for path in sorted(DIRECTORY.glob("*.ipy")) for program in read_group(path)]
