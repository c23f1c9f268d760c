"""The pages docs/*.md, followed as a reader would: the ```sh blocks of a page run in order, in one
directory, against one server. `dynsessions serve` in a block starts another server, which is
stopped when it is ready.
"""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from support.arm import python_pool
from support.bicep import template
from support.emulator import BINARY, START_SECONDS
from support.wheels import make_wheel

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs").glob("*.md"))
BLOCK = re.compile(r"^( *)```sh\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
AZURE_CLI = ROOT / "build" / "clients" / "azure-cli" / "packages" / "bin" / "az"

# The `dynsessions` on the reader's PATH: the program, with `serve` stopped when it is ready.
PROGRAM = """#!/bin/sh
if [ "$1" != serve ]; then exec {binary} "$@"; fi
unset DYNSESSIONS_ADMIN_PORT
ready=$(mktemp -u)
{binary} "$@" --port 0 --https-port 0 --admin-port 0 --unlisted --ready-file "$ready" &
{binary} wait --ready-file "$ready" --timeout {seconds}
waited=$?
kill $!
wait $! && exit $waited
"""
# Imitates `bicep build FILE --stdout` for a file that is already a template.
COMPILER = '#!/bin/sh\nexec cat "$3"\n'


def blocks(page):
    return [found[2] for found in BLOCK.finditer(page.read_text())]


def write_program(path, text):
    path.write_text(text)
    path.chmod(0o755)


def files_of_packages(directory):
    """The packages that the page adds come from wheels, so that pip needs no registry."""
    wheels = directory / "wheels"
    wheels.mkdir()
    for name in ("plotly", "duckdb", "polars"):
        make_wheel(wheels, name, "1.0")
    (directory / "requirements.txt").write_text("polars\n")
    return {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels)}


def files_of_scripts(directory):
    rules = [{"code": "1 + 1", "result": 2}]
    (directory / "answers.json").write_text(json.dumps({"rules": rules}))
    return {}


def files_of_templates(directory):
    pool = {"type": "Microsoft.App/sessionPools", "apiVersion": "2025-07-01", **python_pool()}
    parameters = {"name": {"type": "string", "defaultValue": "from-a-template"}}
    named = {**pool, "name": "[parameters('name')]"}
    main = json.dumps(template([named], parameters=parameters))
    (directory / "main.json").write_text(main)
    values = {"parameters": {"name": {"value": "with-parameters"}}}
    (directory / "main.parameters.json").write_text(json.dumps(values))
    (directory / "main.bicep").write_text(main)
    write_program(directory / "bin" / "bicep", COMPILER)
    return {}


def files_of_control_plane(directory):
    if not AZURE_CLI.exists():
        pytest.skip(f"no Azure CLI at {AZURE_CLI}, which `make test-clients` installs")
    (directory / "bin" / "az").symlink_to(AZURE_CLI)
    return {}


NEEDED = {
    "control-plane": files_of_control_plane,
    "packages": files_of_packages,
    "scripts": files_of_scripts,
    "snapshots": lambda directory: {},
    "templates": files_of_templates,
}


@pytest.mark.parametrize(
    "page", [page for page in PAGES if blocks(page)], ids=lambda page: page.stem
)
def test_the_commands_of_a_page_work_in_order(page, tmp_path, emulator_factory):
    programs = tmp_path / "bin"
    programs.mkdir()
    write_program(programs / "dynsessions", PROGRAM.format(binary=BINARY, seconds=START_SECONDS))
    needed = NEEDED[page.stem](tmp_path)
    state = tmp_path / "state"
    state.mkdir()
    os.chmod(tmp_path, 0o755)
    server = emulator_factory("--state-dir", str(state / "dynsessions"))
    environment = {
        **os.environ,
        **needed,
        "PATH": f"{programs}:{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "XDG_STATE_HOME": str(state),
        "DYNSESSIONS_ADMIN_PORT": server.admin.rpartition(":")[2],
    }
    text = "".join(blocks(page)).replace("http://127.0.0.1:7071", server.admin)
    ended = subprocess.run(
        ["sh", "-e", "-x", "-c", text],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=4 * START_SECONDS,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
