"""The pages of docs/clients: their commands for the emulator work as printed.

A ```sh block is run with the packages of the page's client and must print 42; a ```sh azure block
needs an account. Without `--all-clients` only pages of clients in the environment of the tests.
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import suite
import table
from support.emulator import BINARY

PAGES = {client.page: client for client in reversed(suite.CLIENTS)}  # the first client of a page
BLOCK = re.compile(r"^```(.*)\n((?:(?!```).*\n)*)```$", re.MULTILINE)
SECTIONS = ["Here", "At Azure", "Token", "Known limits"]


def blocks(page):
    return [(block[1], block[2]) for block in BLOCK.finditer(page.read_text())]


def runnable(page):
    return [text for language, text in blocks(page) if language == "sh"]


def pytest_generate_tests(metafunc):
    if "shown" in metafunc.fixturenames:
        everything = metafunc.config.getoption("--all-clients")
        pages = [
            page
            for page, client in PAGES.items()
            if runnable(page) and (everything or client.in_test_environment)
        ]
        metafunc.parametrize("shown", pages, ids=lambda page: page.name)


def directories_of(client):
    """Returns the directory of the interpreter that finds the client, and the directory to start it
    in."""
    if client.in_test_environment:
        return Path(sys.executable).parent, None
    if why := suite.reason_not_to_install(client.directory, client.environment):
        pytest.skip(why)
    return client.environment / "packages" / "bin", client.environment


def test_the_lines_that_point_a_client_here_work(shown, tmp_path):
    interpreter, start = directories_of(PAGES[shown])
    environment = suite.clean_environment(tmp_path)
    environment["PATH"] = f"{interpreter}:{Path(BINARY).parent}:{environment['PATH']}"
    for text in runnable(shown):
        ended = subprocess.run(
            ["sh", "-e", "-c", text],
            env=environment,
            cwd=start or tmp_path,
            capture_output=True,
            text=True,
            timeout=suite.RUN_SECONDS,
        )
        assert ended.returncode == 0, ended.stderr
        assert re.search(r"\b42\b", ended.stdout), ended.stdout


def test_every_client_has_a_page_and_every_page_a_client():
    found = set((suite.ROOT / "docs" / "clients").glob("*.md")) - {table.PAGE}
    assert found == set(PAGES)
    for page in found:
        assert f"]({page.name})" in table.PAGE.read_text()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_has_its_sections_and_says_which_blocks_need_azure(page):
    assert re.findall(r"^## (.*)$", page.read_text(), re.MULTILINE) == SECTIONS
    languages = [language for language, _ in blocks(page)]
    assert set(languages) <= {"sh", "sh azure"} and "sh azure" in languages


def test_the_table_has_a_row_for_every_run():
    expected = table.table([]).splitlines()
    committed = table.table_of(table.PAGE.read_text()).splitlines()
    assert committed[:2] == expected[:2]
    # Compared without the number of operations and later columns, which belong to the last run.
    assert [line.split(" | ")[:4] for line in committed] == [
        line.split(" | ")[:4] for line in expected
    ]
    assert all(re.search(r" \| (\d+ of \d+|–) \| ", line) for line in committed[2:])


def test_the_readme_has_a_row_for_every_client():
    expected = table.summary([]).splitlines()
    committed = table.table_of(table.README.read_text()).splitlines()
    assert [line.split(" | ")[:4] for line in committed] == [
        line.split(" | ")[:4] for line in expected
    ]
