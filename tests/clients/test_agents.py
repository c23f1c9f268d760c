"""The agents of examples/, run as their first lines show: under `dynsessions exec`, with the
packages that they require. Without `--all-clients` only the first."""

import subprocess

from PIL import Image

import suite
from support.emulator import BINARY

EXAMPLES = suite.ROOT / "examples"
PROGRAMS = (
    "langchain/agent.py",
    "langchain/data_analyst.py",
    "autogen/agent.py",
    "semantic-kernel/agent.py",
)
SALES_OF_SOUTH = "3150"


def pytest_generate_tests(metafunc):
    if "program" in metafunc.fixturenames:
        everything = metafunc.config.getoption("--all-clients")
        metafunc.parametrize("program", PROGRAMS if everything else PROGRAMS[:1])


def test_an_agent_analyses_a_file_down_to_a_figure(program, tmp_path):
    directory = (EXAMPLES / program).parent
    environment = suite.ENVIRONMENTS / f"example-{directory.name}"
    assert suite.reason_not_to_install(directory, environment) is None
    ended = subprocess.run(
        [BINARY, "exec", "--", environment / "packages/bin/python3", EXAMPLES / program],
        env=suite.clean_environment(tmp_path),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=suite.RUN_SECONDS,
    )
    assert ended.returncode == 0, ended.stderr
    assert SALES_OF_SOUTH in ended.stdout
    (figure,) = tmp_path.glob("figure*.png")
    with Image.open(figure) as image:
        assert image.format == "PNG" and min(image.size) >= 300


def test_every_program_is_in_the_list():
    found = {str(path.relative_to(EXAMPLES)) for path in EXAMPLES.glob("*/*.py")}
    assert {path for path in found if "scripted_model" not in path} == set(PROGRAMS)
