"""Everything in the contract that code, cases and documents cite exists in its pages."""

import collections
import functools

import pytest

import citations
from citations import CLIENTS, CONTRACT, ROOT, Citation


@functools.cache
def page(name):
    path = ROOT / name
    return citations.Page(path.read_text()) if path.is_file() else citations.Page("")


@functools.cache
def cited():
    return list(citations.citations_of_the_tree())


def missing(found):
    return [citation for citation in found if not page(citation.page).has(citation)]


def test_every_citation_exists():
    wrong = [f"{name}: {c}" for name, c in cited() if not page(c.page).has(c)]
    assert not wrong, "\n".join(wrong)


def test_citations_are_found_where_they_are_known_to_be():
    """A control: a reader that finds no citations would accept everything."""
    by_file = collections.defaultdict(set)
    for name, citation in cited():
        by_file[name].add(citation)
    assert Citation(CONTRACT, "8", "rows", "19") in by_file["emulator/auth/token_check.h"]
    assert Citation(CONTRACT, "8", "rows", "5") in by_file["OPTIONS.md"]
    openapi = by_file["api-spec/2025-10-02-preview/openapi.json"]
    assert Citation(CONTRACT, "8", "rows", "38") in openapi
    assert Citation(CONTRACT, "0", "items", "2") in by_file["api-spec/cases/execute.json"]
    assert Citation(CONTRACT, "0", "items", "3") in by_file["DEVIATIONS.md"]
    assert Citation(CLIENTS, "7", "items", "3") in by_file["api-spec/cases/refusals.json"]
    assert Citation(CLIENTS, "3.1") in by_file["tests/clients/test_dotnet_wrapper.py"]
    assert len(by_file) > 60


@pytest.mark.parametrize(
    "text",
    [
        "CONTRACT.md section 2.9",
        "api-spec/CONTRACT.md\n/// section 2.9",
        "section 8 row 99",
        "section 7 row 12",
        "section 1.4, row 99",
        "rows 4 and 99",
        "section 0, fact 11",
        "appendix F",
        "CLIENTS.md section 7 item 99",
        "quirk 99",
        "CONTROL-PLANE.md section 3.9",
        "elsewhere.md section 1",
    ],
)
def test_a_citation_that_was_made_up_is_missing(text):
    assert missing(citations.citations_in(text))


@pytest.mark.parametrize(
    "text, expected",
    [
        ("RFC 9112 section 6.3", []),
        ("(RFC 4648\n/// section 5)", []),
        ("section 8, where rows have numbers", [Citation(CONTRACT, "8")]),
        ("sections 1.2 and 2.2", [Citation(CONTRACT, "1.2"), Citation(CONTRACT, "2.2")]),
        (
            "section 0\n    # fact 2",
            [Citation(CONTRACT, "0"), Citation(CONTRACT, "0", "items", "2")],
        ),
        ("`api-spec/CONTRACT.md` section 6", [Citation(CONTRACT, "6")]),
        ("quirk 26", [Citation(CLIENTS, "2", "rows", "26")]),
    ],
)
def test_a_citation_is_read(text, expected):
    assert list(citations.citations_in(text)) == expected
    assert not missing(expected)


@pytest.mark.parametrize("section", ["2.9", "8 row 99", "0 facts 2 and 11", "2.2 to 2.9"])
def test_a_section_that_a_case_made_up_is_missing(section):
    assert missing(citations.citations_of_a_case(section))


@pytest.mark.parametrize("section", ["", "the contract", "8 rows", "2.3; 2.5"])
def test_a_section_that_cannot_be_read_is_refused(section):
    with pytest.raises(ValueError, match="not a list of sections"):
        list(citations.citations_of_a_case(section))


def test_numbers_are_given_once():
    """Rows and quirks that appear twice would make a citation ambiguous."""
    for name, section in [(CONTRACT, "8"), (CLIENTS, "2")]:
        numbers = page(name).parts[section]["rows"]
        text = (ROOT / name).read_text()
        assert numbers == {str(n) for n in range(1, len(numbers) + 1)}
        for number in numbers:
            assert text.count(f"\n| {number} | ") == 1, f"{name}: {number}"
