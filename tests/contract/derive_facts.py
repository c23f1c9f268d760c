#!/usr/bin/env python3
"""Writes facts of the contract's sources, which tests of this directory compare with the emulator.

    tests/contract/derive_facts.py CONTRACT_DIR [DIRECTORY]

The sources (recordings, captures, official documents) are other people's and lie outside this
repository; facts/*.json have their facts in our own format.
"""

import json
import sys
from pathlib import Path

import management
import official
import official_arm
import recordings

FACTS = Path(__file__).parent / "facts"


def load(name):
    return json.loads((FACTS / name).read_text())


def line_per_item(facts):
    """Writes JSON with one line per entry, so that a changed entry is one line in a diff."""
    lists = []
    for name, items in facts.items():
        lines = ",\n".join(f"    {json.dumps(item, ensure_ascii=False)}" for item in items)
        lists.append(f"  {json.dumps(name)}: [\n{lines}\n  ]")
    return "{\n" + ",\n".join(lists) + "\n}\n"


def derive(contract):
    """Returns the text of each file of facts, by its name."""
    return {
        "management.json": line_per_item(management.derive(contract)),
        "official.json": line_per_item(official.derive(contract)),
        "official_arm.json": line_per_item(official_arm.derive(contract)),
        "recordings.json": line_per_item(recordings.derive(contract)),
    }


def main(contract, directory=FACTS):
    Path(directory).mkdir(exist_ok=True)
    for name, text in derive(Path(contract)).items():
        (Path(directory) / name).write_text(text)


if __name__ == "__main__":
    main(*sys.argv[1:])
