"""The table of docker/README.md: sets of flags in rows, engines in columns."""

from pathlib import Path

PAGE = Path(__file__).parents[2] / "docker" / "README.md"
BEGIN, END = "<!-- flags -->\n", "<!-- /flags -->\n"


def read_table():
    """Returns the table's cells by flags and engine."""
    header, _, *rows = _between_marks().splitlines()
    engines = _cells(header)[1:]
    cells = {}
    for row in rows:
        flags, *texts = _cells(row)
        cells |= {(flags.strip("`"), engine): text for engine, text in zip(engines, texts)}
    return cells


def write_table(seen):
    """Writes observed cells into the table; cells that were not observed stay."""
    cells = read_table() | seen
    flags = list(dict.fromkeys(key[0] for key in cells))
    engines = list(dict.fromkeys(key[1] for key in cells))
    lines = ["| flags | " + " | ".join(engines) + " |", "| --- |" + " --- |" * len(engines)]
    for name in flags:
        shown = name if name == "none" else f"`{name}`"
        lines.append(f"| {shown} | " + " | ".join(cells.get((name, e), "") for e in engines) + " |")
    text = PAGE.read_text()
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    PAGE.write_text(before + BEGIN + "\n".join(lines) + "\n" + END + after)


def _between_marks():
    return PAGE.read_text().split(BEGIN)[1].split(END)[0]


def _cells(row):
    return [cell.strip() for cell in row.strip().strip("|").split("|")]
