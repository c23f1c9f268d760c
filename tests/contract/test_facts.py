"""The facts in the tree are those of the sources, where the sources are at hand."""

import pytest

import derive_facts

FILES = ("management.json", "official.json", "official_arm.json", "recordings.json")


@pytest.mark.parametrize("name", FILES)
def test_facts_are_those_of_the_sources(name, contract_directory):
    assert (derive_facts.FACTS / name).read_text() == derive_facts.derive(contract_directory)[name]
