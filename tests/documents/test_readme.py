"""README.md, followed as a reader would: runs every ```sh block, in order, against one server.

`make run` of the first block is that server; free ports replace the README's. A ```json block
directly after a ```sh block is the output of its commands, one document after the other. `make
test` is not run, because it runs this test.
"""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from support.emulator import BINARY, START_SECONDS
from support.ports import free_ports

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
RELEASE = ROOT / "build" / "release" / "dynsessions"
BLOCK = re.compile(
    r"^```sh\n(?P<commands>.*?)^```$(?:\n```json\n(?P<answers>.*?)^```$)?", re.MULTILINE | re.DOTALL
)
MOST_WORDS = 1500
# Members that differ between runs. A reader expects that; the type must still be right.
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


def blocks():
    return [(each["commands"], each["answers"]) for each in BLOCK.finditer(README.read_text())]


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    """Runs a command of the README in the top directory; the server of its first block is running."""
    http, https, admin = free_ports(3)
    ready = tmp_path_factory.mktemp("reader") / "ready"
    options = f"--port {http} --https-port {https} --admin-port {admin} --ready-file {ready}"
    command = ["make", "run", f"ARGS={options}"]
    if Path(BINARY).resolve() != RELEASE.resolve():
        print(f"without `make run`, which would build a release: the server is {BINARY}")
        command = [BINARY, *options.split()]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, process_group=0)
    wait = [BINARY, "wait", "--ready-file", str(ready), "--timeout", str(START_SECONDS)]
    subprocess.run(wait, check=True, timeout=2 * START_SECONDS)

    def run(text):
        for of_readme, of_server in (("7070", http), ("7071", admin)):
            text = text.replace(f"http://127.0.0.1:{of_readme}", f"http://127.0.0.1:{of_server}")
        text = text.replace("build/release/dynsessions", BINARY)
        ended = subprocess.run(
            ["sh", "-e", "-c", text],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=START_SECONDS,
        )
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    yield run
    os.kill(json.loads(ready.read_text())["pid"], 15)
    assert server.wait(START_SECONDS) in (0, 2)  # make reports how its command ended


def json_documents(text):
    decoder = json.JSONDecoder()
    documents, text = [], text.lstrip()
    while text:
        document, end = decoder.raw_decode(text)
        documents.append(document)
        text = text[end:].lstrip()
    return documents


def masked(value):
    """Replaces varying values by their types. Members are a list of pairs, because their order
    counts."""
    if isinstance(value, dict):
        return [
            (name, type(member).__name__ if name in VARYING else masked(member))
            for name, member in value.items()
        ]
    return [masked(item) for item in value] if isinstance(value, list) else value


def test_the_first_block_starts_the_server_and_the_last_one_the_tests():
    commands = [each for each, _ in blocks()]
    assert commands[0] == "make run\n" and commands[-1] == "make test\n"


@pytest.mark.parametrize("commands, answers", blocks()[1:-1], ids=lambda text: (text or "")[:40])
def test_a_block_does_what_the_readme_shows(reader, commands, answers):
    printed = reader(commands)
    assert printed.strip(), commands
    if answers is not None:
        assert masked(json_documents(printed)) == masked(json_documents(answers)), printed


def test_the_readme_is_short():
    assert len(README.read_text().split()) <= MOST_WORDS
