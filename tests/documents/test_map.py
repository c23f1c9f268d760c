"""Names and links in the documents exist, and the map of the source fits a few screens."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def tracked(*patterns):
    listed = subprocess.check_output(
        ["git", "ls-files", "-z", "--", *patterns], cwd=ROOT, text=True
    )
    return listed.split("\0")[:-1]


PAGES = tracked("*.md")
SOURCES = tracked("*.h", "*.cpp")
MAP, CONTRIBUTING = ROOT / "ARCHITECTURE.md", ROOT / "CONTRIBUTING.md"
MOST_WORDS_OF_THE_MAP = 1600  # three screens


def headings_of(path):
    """Returns the anchors that GitHub gives to the headings of a page."""
    titles = re.findall(r"^#+ (.*)$", path.read_text(), re.MULTILINE)
    kept = [re.sub(r"[^\w\- ]", "", title.lower()) for title in titles]
    return {title.replace(" ", "-") for title in kept}


def section(path, title):
    return path.read_text().partition(f"\n## {title}\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize("page", PAGES)
def test_links_to_files_and_headings_lead_somewhere(page):
    text = re.sub(r"```.*?```|`[^`\n]*`", "", (ROOT / page).read_text(), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"\w+:", target):
            continue
        name, _, anchor = target.partition("#")
        path = (ROOT / page).parent / name if name else ROOT / page
        assert path.exists(), f"{page}: {target}"
        assert not anchor or anchor in headings_of(path), f"{page}: {target}"


@pytest.mark.parametrize("page", PAGES)
def test_the_source_files_that_a_page_names_exist(page):
    named = re.findall(r"`([\w/-]+\.(?:h|cpp))`", (ROOT / page).read_text())
    missing = [
        name for name in named if not any(f"/{file}".endswith(f"/{name}") for file in SOURCES)
    ]
    assert missing == []


def words_of(text):
    return re.findall(r"`([^`]+)`", text)


def test_the_names_of_where_a_change_goes_exist():
    text = section(CONTRIBUTING, "Where a change goes")
    rows = [line for line in text.splitlines() if line.startswith("| a")]
    assert len(rows) == 10
    paths = [word for word in words_of(text) if "/" in word and " " not in word]
    assert len(paths) > 30
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_the_identifiers_of_where_a_change_goes_exist():
    text = section(CONTRIBUTING, "Where a change goes")
    identifiers = {
        re.split(r"::", word.rstrip("()"))[-1]
        for word in words_of(text)
        if re.fullmatch(r"[A-Za-z_:]+(\(\))?", word)
    }
    assert {"ApiVersion", "kForms", "parse_rule"} <= identifiers
    for identifier in identifiers:
        search = ["git", "grep", "-qw", identifier, "--", "emulator", "sandbox"]
        assert subprocess.run(search, cwd=ROOT).returncode == 0, identifier


def directories(*parts):
    """Returns the names of the directories with tracked files directly below a place."""
    place = ROOT.joinpath(*parts)
    return {each.name for each in place.iterdir() if (each / "CMakeLists.txt").exists()}


def test_the_map_has_every_directory_of_the_source():
    text = section(MAP, "Code map")
    named = set(re.findall(r"[a-z_]+", " ".join(words_of(text))))
    named |= set(re.findall(r"[a-z_]+", text))
    found = directories("emulator") | directories("emulator", "surfaces") | directories("sandbox")
    assert found and found - named == set()


def test_the_map_is_short():
    assert len(MAP.read_text().split()) <= MOST_WORDS_OF_THE_MAP
