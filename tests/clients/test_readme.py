"""The commands that README.md shows first, run as they stand there.

A ```sh block directly after the line `<!-- first screen -->` is one such screen; the ```json block
that follows it holds its answers, one document for each command that starts with `curl`.
"""

import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

README = Path(__file__).parents[2] / "README.md"
SERVER = "http://127.0.0.1:7070"  # the addresses of the README; those of the test's server replace them
ADMIN = "http://127.0.0.1:7071"
SCREEN = re.compile(
    r"^<!-- first screen -->\n```sh\n(?P<commands>.*?)^```$"
    r"(?:(?!^```).)*^```json\n(?P<answers>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
# What differs from one run to the next. A reader expects that; the type must still be right.
VARYING = {
    "at",
    "createdAt",
    "executionTimeInMilliseconds",
    "expireAt",
    "id",
    "lastAccessedAt",
    "lastModifiedAt",
    "lastModifiedTime",
    "now",
    "session",
    "last_modified_time",
    "traceId",
}


def curl_commands(block):
    """Each whole command of the block that starts with curl, its continued lines included."""
    commands, pending = [], ""
    for line in block.splitlines(keepends=True):
        pending += line
        if is_whole(pending):
            commands.append(pending.strip())
            pending = ""
    assert not pending, f"a command without an end: {pending}"
    return [command for command in commands if command.startswith("curl ")]


def is_whole(command):
    try:
        shlex.split(command)
    except ValueError:  # an open quote
        return False
    return not command.endswith("\\\n")


def json_documents(text):
    decoder = json.JSONDecoder()
    documents, text = [], text.lstrip()
    while text:
        document, end = decoder.raw_decode(text)
        documents.append(document)
        text = text[end:].lstrip()
    return documents


def masked(value):
    """With the type in place of what varies. Members as a list of pairs: their order counts."""
    if isinstance(value, dict):
        return [
            (name, type(member).__name__ if name in VARYING else masked(member))
            for name, member in value.items()
        ]
    return [masked(item) for item in value] if isinstance(value, list) else value


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
def test_each_curl_of_the_first_screen_answers_as_the_readme_says(emulator_factory, tmp_path):
    screens = list(SCREEN.finditer(README.read_text()))
    assert screens, "README.md has no ```sh block after <!-- first screen -->"
    server = emulator_factory()  # its own: the identifiers are the README's
    for screen in screens:
        commands = curl_commands(screen["commands"])
        expected = json_documents(screen["answers"])
        assert commands and len(commands) == len(expected), screen[0]
        for command, answer in zip(commands, expected):
            assert SERVER in command or ADMIN in command, command
            assert masked(answer_of(command, server, tmp_path)) == masked(answer), command


def answer_of(command, server, directory):
    run = subprocess.run(
        ["sh", "-c", command.replace(SERVER, server.http).replace(ADMIN, server.admin)],
        cwd=directory,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)
