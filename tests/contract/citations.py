"""Citations of the contract in the tree, and the sections and numbers of the cited pages.

A citation names sections, and facts, rows, items or quirks in them:
"CONTRACT.md section 0, fact 3", "section 8 rows 4 and 5", "row 12", "CLIENTS.md section 7 item 3",
"quirk 26". A citation without a page refers to CONTRACT.md, or to the page that contains it.
"""

import json
import re
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
SOURCES = ("emulator", "sandbox", "tests", "api-spec", "docker", "docs")
SUFFIXES = {".h", ".cpp", ".py", ".md", ".json", ".sh", ".txt"}

CONTRACT, CLIENTS = "api-spec/CONTRACT.md", "api-spec/CLIENTS.md"
CONTROL_PLANE = "api-spec/CONTROL-PLANE.md"
PAGES = {CONTRACT, CLIENTS, CONTROL_PLANE}

_NUMBER = r"\d+(?:\.\d+)*"
_SEVERAL = rf"{_NUMBER}(?:(?:, and |, | and | to ){_NUMBER})*"
_SECTION = re.compile(
    rf"\b[Ss]ections? (?P<sections>{_SEVERAL})"
    rf"(?:,? (?P<kind>facts?|rows?|items?) (?P<numbers>{_SEVERAL}))?"
)
_PAGE_BEFORE = re.compile(r"(RFC \d+|[\w./-]+\.md`?),? \Z")
_ALONE = re.compile(rf"\b(?P<kind>[Rr]ows?|[Qq]uirks?) (?P<numbers>{_SEVERAL})")
_PART_OF_A_CASE = re.compile(
    rf"{_NUMBER}(?: to {_NUMBER})?(?: (?:facts?|rows?) {_NUMBER}(?: and {_NUMBER})*)?"
)
_APPENDIX = re.compile(r"\b[Aa]ppendix (?P<letter>[A-Z])\b")
# The continuation of a comment, a text or a table in the next line.
_NEXT_LINE = re.compile(r'\s*\n\s*(?:///?<?|#|\*|")?\s*')


class Citation(NamedTuple):
    page: str  # path below the root of the repository
    section: str
    kind: str = ""  # "rows" of a table or "items" of a list; empty if the whole section is cited
    number: str = ""


class Page:
    """The sections of a page, and the numbered rows and items of each."""

    def __init__(self, text):
        self.parts = defaultdict(lambda: {"": {""}, "rows": set(), "items": set()})
        section = None
        for line in text.splitlines():
            if heading := re.match(rf"#+ (?:Appendix ([A-Z])|({_NUMBER}))\b", line):
                section = heading[1] or heading[2]
                self.parts[section]  # makes the section, even if it is empty
            elif section and (row := re.match(r"\| (\d+) \|", line)):
                self.parts[section]["rows"].add(row[1])
            elif section and (item := re.match(r"(\d+)\. ", line)):
                self.parts[section]["items"].add(item[1])

    def has(self, citation):
        part = self.parts.get(citation.section)
        return part is not None and citation.number in part[citation.kind]


def numbers_of(several):
    return re.findall(_NUMBER, several)


def _of_sections(match, page):
    """Returns the citations of "section 8 rows 4 and 5"; the numbers belong to the last section."""
    sections = numbers_of(match["sections"])
    yield from (Citation(page, section) for section in sections)
    kind = (match["kind"] or "").rstrip("s")
    for number in numbers_of(match["numbers"] or ""):
        # "section 1.4, row 19" refers to row 19 of section 8, the only table of the contract with
        # rows.
        apart = kind == "row" and ", row" in match[0]
        yield Citation(page, "8" if apart else sections[-1], _table_or_list(kind), number)


def _table_or_list(kind):
    return "rows" if kind.lower().rstrip("s") in ("row", "quirk") else "items"


def citations_in(text, home=CONTRACT):
    """Returns citations in a text of a page or a source; those that name no page refer to
    `home`."""
    text = _NEXT_LINE.sub(" ", text)
    for match in _SECTION.finditer(text):
        page = page_before(match, text, home)
        if not page.startswith("RFC"):
            yield from _of_sections(match, page)
    for match in _ALONE.finditer(_SECTION.sub("", text)):
        quirk = match["kind"].lower().startswith("quirk")
        page, section = (CLIENTS, "2") if quirk else (CONTRACT, "8")
        yield from (Citation(page, section, "rows", n) for n in numbers_of(match["numbers"]))
    yield from (Citation(home, match["letter"]) for match in _APPENDIX.finditer(text))


def page_before(match, text, home):
    """Returns the page that is named in front of a section, by its path below the root, or an RFC.
    The pages of the contract can be named without their directory."""
    page = _PAGE_BEFORE.search(text[max(0, match.start() - 60) : match.start()])
    if page is None:
        return home
    name = page[1].rstrip("`")
    return name if name.startswith("RFC") or (ROOT / name).is_file() else f"api-spec/{name}"


def citations_of_a_case(section):
    """Returns citations in the member `section` of a case: "2.2 to 2.5, 0 facts 2 and 3, 8 row
    25", or "CONTROL-PLANE.md 1.3"."""
    home = CONTRACT
    if section.startswith("CONTROL-PLANE.md "):
        home, section = CONTROL_PLANE, section.removeprefix("CONTROL-PLANE.md ")
    for part in section.split(", "):
        if not _PART_OF_A_CASE.fullmatch(part):
            raise ValueError(f"not a list of sections: {section}")
        yield from citations_in(f"section {part}", home)


def sections_of_cases(document):
    """Returns every member `section` in a file of cases."""
    if isinstance(document, dict):
        if isinstance(document.get("section"), str):
            yield document["section"]
        document = list(document.values())
    if isinstance(document, list):
        for value in document:
            yield from sections_of_cases(value)


def sections_of_deviations(text):
    """Returns the column `section` of the tables in DEVIATIONS.md."""
    rows = [line.split(" | ") for line in text.splitlines() if line.startswith("| `")]
    return [row[2] for row in rows]


def sources():
    """Returns the files that can cite, except for this test's own files, which cite what does not
    exist."""
    for path in sorted(ROOT.glob("*.md")):
        yield path
    for directory in SOURCES:
        for path in sorted((ROOT / directory).rglob("*")):
            own = path.parent == Path(__file__).parent and path.name.endswith("citations.py")
            if path.suffix in SUFFIXES and path.is_file() and not own:
                yield path


def citations_of_the_tree():
    """Returns pairs of a file, by its path below the root, and a citation in it."""
    for path in sources():
        name, text = str(path.relative_to(ROOT)), path.read_text(errors="replace")
        home = name if name in PAGES else CONTRACT
        yield from ((name, citation) for citation in citations_in(text, home))
        sections = []
        if name.startswith("api-spec/cases/"):
            sections = sections_of_cases(json.loads(text))
        elif name == "DEVIATIONS.md":
            sections = sections_of_deviations(text)
        for section in sections:
            yield from ((name, citation) for citation in citations_of_a_case(section))
