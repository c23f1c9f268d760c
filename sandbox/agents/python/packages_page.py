"""Prints PACKAGES.md from requirements.txt and service_packages.json, in its directory.

python3 packages_page.py > PACKAGES.md
"""

import json
import pathlib

DIRECTORY = pathlib.Path(__file__).parent

OPENING = """# Packages of a session

Written by `packages_page.py`; do not edit. The versions of the service are known from {source}. Packages are pinned in `requirements.txt`; `dynsessions doctor` compares an environment with it.

| package | in the service | here | why they differ |
| --- | --- | --- | --- |
"""

CLOSING = """
These need {count} further packages, which are pinned as well. Their versions in the service are not known.
"""


def pins():
    lines = (DIRECTORY / "requirements.txt").read_text().splitlines()
    wanted = [line.partition("#")[0].strip() for line in lines]
    return dict(line.split("==") for line in wanted if line)


def row(name, service, pinned, why):
    return f"| {name} | {service or 'not seen'} | {pinned} | {'' if service == pinned else why} |\n"


def page():
    facts = json.loads((DIRECTORY / "service_packages.json").read_text())
    python, packages, pinned = facts["python"], facts["packages"], pins()
    unpinned = packages.keys() - pinned.keys()
    assert not unpinned, f"not in requirements.txt: {unpinned}"
    text = OPENING.format(source=facts["source"])
    text += row("Python", python["service"], "3.11 or 3.12", python["why"])
    for name, fact in packages.items():
        service = fact.get("service")
        assert service == pinned[name] or fact.get("why"), f"why does {name} differ?"
        text += row(name, service, pinned[name], fact.get("why"))
    return text + CLOSING.format(count=len(pinned) - len(packages))


if __name__ == "__main__":
    print(page(), end="")
