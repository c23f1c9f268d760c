"""Writes results into documents: the whole table into docs/BENCHMARKS.md, four rows into README.md."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
HEAD = ("what", "median", "p99", "compared with", "its median", "ratio of medians")
# The rows of README.md: what they measure and what they are compared with.
SUMMARY = (
    ("first `6 * 7` of a new session, one ready", "a new kernel of the gateway"),
    ("first `6 * 7` of a new session, none ready", "a new kernel of the gateway"),
    ("warm `1 + 1` over HTTP, bare client", "the kernel gateway"),
    ("memory of an idle ready session", "a Jupyter kernel"),
)


def lines_of(head, rows):
    alignment = ["---:" if name not in ("what", "compared with") else "---" for name in head]
    return "".join(f"| {' | '.join(line)} |\n" for line in (head, alignment, *rows))


def table(rows):
    return lines_of(HEAD, [row.cells() for row in rows])


def summary(rows):
    """Returns the rows of SUMMARY; raises KeyError if one was not measured."""
    measured = {(row.what, row.compared_with): row.cells() for row in rows}
    chosen = [measured[key] for key in SUMMARY]
    return lines_of(
        ("what", "here", "Jupyter Kernel Gateway"), [(row[0], row[1], row[4]) for row in chosen]
    )


def write(rows, machine):
    """Writes both documents. `machine` is a sentence about the machine."""
    replace(ROOT / "docs" / "BENCHMARKS.md", "bench", f"{table(rows)}\n{machine}\n")
    replace(ROOT / "README.md", "bench summary", f"{summary(rows)}\n{machine}\n")


def replace(page, marker, text):
    """Replaces the text between `<!-- marker -->` and `<!-- /marker -->`, which stay."""
    marked = re.compile(rf"(<!-- {marker} -->\n).*?(<!-- /{marker} -->)", re.DOTALL)
    old = page.read_text()
    assert len(marked.findall(old)) == 1, f"the markers of {page.name}"
    page.write_text(marked.sub(lambda found: found[1] + text + found[2], old))
