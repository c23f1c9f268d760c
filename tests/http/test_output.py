"""Printed output and values of last expressions that are large or hostile: they are capped
(CONTRACT.md section 2.3 `outputStreamsMaxLength`, section 8 row 17), in order, valid JSON, and cost
the server no more memory than a few times the cap.
"""

from pathlib import Path

import pytest

from support.emulator import BINARY, V2024_02
from support.sanitizers import memory_room

MEBIBYTE = 1 << 20
DEFAULT_CAP = 4096  # characters, of 2025-10-02-preview; older versions have none
OWN_CAP = 16 * MEBIBYTE  # bytes per stream that the server keeps at most
# A stream at the cap would be 110 MiB as JSON, which writes a NUL as six characters; it goes
# through a file and is sent in pieces.
MEMORY_ROOM = memory_room(40 * MEBIBYTE, BINARY)


def peak_memory(server):
    status = Path(f"/proc/{server.pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) << 10


@pytest.fixture
def fresh_server(emulator_factory):
    """A server whose memory only this test affects; it is checked at the end."""
    server = emulator_factory()
    server.session().executions("1")
    before = peak_memory(server)
    yield server
    assert peak_memory(server) - before < MEMORY_ROOM


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_flood_of_output_is_cut_without_a_mark(session, stream):
    flood = f"import sys\nfor _ in range(256): sys.{stream}.write('x' * (1 << 18))"
    body = session.executions(flood).json()
    assert body["status"] == "Succeeded"
    assert body["result"][stream] == "x" * DEFAULT_CAP


def test_what_is_cut_is_the_end(session):
    lines = "".join(f"{number}\n" for number in range(5000))
    code = "import os, sys\nfor n in range(5000): {}"
    for write in ("print(n)", "os.write(1, b'%d\\n' % n)", "sys.stdout.write(f'{n}\\n')"):
        result = session.executions(code.format(write)).json()["result"]
        assert result["stdout"] == lines[:DEFAULT_CAP]
    whole = session.executions(code.format("print(n)"), outputStreamsMaxLength=100_000).json()
    assert whole["result"]["stdout"] == lines


def test_the_cut_counts_characters_and_leaves_each_whole(session):
    result = session.executions("print('a' + '€😀' * 5000)").json()["result"]
    assert result["stdout"] == ("a" + "€😀" * 5000)[:DEFAULT_CAP]


def test_a_hundred_megabytes_without_a_line_end_cost_no_more_than_the_cap(fresh_server):
    session = fresh_server.session()
    code = (
        "import sys\nx = 'kept'\nsys.stdout.write('x' * 100_000_000)\nprint('end', file=sys.stderr)"
    )
    newer = session.executions(code).json()["result"]
    assert (newer["stdout"], newer["stderr"]) == ("x" * DEFAULT_CAP, "end\n")
    older = session.code_execute(code).json()["properties"]
    assert len(older["stdout"]) == OWN_CAP and set(older["stdout"]) == {"x"}
    assert (older["stderr"], session.code_execute("x").json()["properties"]["result"]) == (
        "end\n",
        "kept",
    )


@pytest.mark.parametrize("byte, shown", [(0x00, "\0"), (0xFF, "\ufffd"), (0x1B, "\x1b")])
def test_a_flood_of_bytes_that_json_must_escape_or_repair_is_bounded(fresh_server, byte, shown):
    session = fresh_server.session()
    code = f"import os\nfor _ in range(32): os.write(1, bytes([{byte}]) * (1 << 20))"
    stdout = session.code_execute(code, V2024_02).json()["properties"]["stdout"]
    assert stdout == shown * OWN_CAP


# Output that is written as bytes, to bypass Python's encoding, and the text that it must become.
HOSTILE_BYTES = {
    "NULs": (b"a\0b\0", "a\0b\0"),
    "colours and other escapes": (b"\x1b[31mred\x1b[0m\x07\x08", "\x1b[31mred\x1b[0m\x07\x08"),
    "bytes that begin nothing": (b"\xff\xfe", "\ufffd\ufffd"),
    "a character that is cut off": (b"\xe2\x82", "\ufffd"),
    "a surrogate in UTF-8": (b"\xed\xa0\x80", "\ufffd" * 3),
    "what ends a JSON text": (b'"}\\\r\n\x7f', '"}\\\r\n\x7f'),
    "line ends of other worlds": ("\u2028\u2029\x85".encode(), "\u2028\u2029\x85"),
    "a byte order mark": (b"\xef\xbb\xbfx", "\ufeffx"),
}


@pytest.mark.parametrize("written, shown", HOSTILE_BYTES.values(), ids=HOSTILE_BYTES.keys())
def test_bytes_of_any_kind_make_an_answer_that_can_be_read(session, written, shown):
    code = f"import os\nfor fd in (1, 2): os.write(fd, {written!r})"
    result = session.executions(code).json()["result"]
    assert (result["stdout"], result["stderr"]) == (shown, shown)


# A last expression, its value in quotes (2025-10) and without (2024-02).
VALUES = {
    "a lone surrogate": (r"'\ud800x'", r"'\ud800x'", "\ufffdx"),
    "a NUL": (r"'a\0b'", r"'a\x00b'", "a\0b"),
    "an escape": (r"'\x1b[31m'", r"'\x1b[31m'", "\x1b[31m"),
    "14 million characters": ("'x' * 14_000_000", f"'{'x' * 14_000_000}'", "x" * 14_000_000),
}


@pytest.mark.parametrize("code, newer, older", VALUES.values(), ids=VALUES.keys())
def test_a_str_arrives_whatever_is_in_it(session, code, newer, older):
    assert session.executions(code).json()["result"]["executionResult"] == newer
    assert session.code_execute(code).json()["properties"]["result"] == older


def test_a_value_that_is_too_large_fails_and_says_so(fresh_server):
    session = fresh_server.session()
    body = session.executions("x = 'y' * 50_000_000\nx").json()
    assert (body["status"], body["result"]["executionResult"]) == ("Failed", None)
    assert body["result"]["stderr"] == (
        "The result is too large to be sent: at most 32 MiB are allowed.\n"
    )
    assert session.executions("len(x)").json()["result"]["executionResult"] == 50_000_000


def test_a_repr_that_is_too_deep_is_reported_and_the_interpreter_stays(session):
    code = "x = []\nfor _ in range(100_000): x = [x]\nx"
    assert "RecursionError" in session.executions(code).json()["result"]["stderr"]
    assert session.executions("len(x)").json()["result"]["executionResult"] == 1


# Frames that a program might write into the agent's socket, which it can find; 60 MB of each.
FRAMES = {
    "small lists": "b'[' + b'[],' * 20_000_000 + b'[]]'",
    "small strings": "b'{\"result\":[' + b'\"\",' * 20_000_000 + b'\"\"]}'",
    "one string": 'b\'{"ready":{"python":"\' + b"x" * 60_000_000 + b\'"}}\'',
    "no end": "b'[' + b' ' * 60_000_000",
    "a length and nothing": "b'x' * 60_000_000",
}
SEND = """
import os, socket, struct
frame = {}
control = socket.socket(fileno=os.dup(3))
control.setblocking(True)
control.sendall(struct.pack('>I', len(frame)) + frame)
"""


@pytest.mark.attack(58)
@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES.keys())
def test_frames_of_a_programs_own_making_cost_no_more_than_their_size(fresh_server, frame):
    session = fresh_server.session()
    session.upload("kept.txt", b"kept")
    assert session.executions(SEND.format(frame)).status_code == 200
    after = session.executions("open('/mnt/data/kept.txt').read()").json()
    assert after["result"]["executionResult"] == "'kept'"


@pytest.mark.parametrize(
    "program",
    [
        "del sys.stdout, sys.stderr",
        "sys.stdout = sys.stderr = None",
        "sys.stdout = 5",
        "sys.stdout = io.StringIO(); sys.stdout.close()",
        "sys.stdout = open('/dev/null', 'w'); sys.stdout.close(); sys.stderr = object()",
        "sys.stdout.write = None; sys.stderr.flush = 3",
        "sys.stdout = sys.__stdout__ = sys.stderr = sys.__stderr__ = None",
    ],
)
def test_a_program_that_leaves_no_stream_behind_ends_no_output_but_its_own(session, program):
    session.executions(f"import io, sys\n{program}")
    answer = session.executions("print('out'); print('err', file=sys.stderr); 6 * 7").json()
    result = answer["result"]
    assert (result["stdout"], result["stderr"], result["executionResult"]) == ("out\n", "err\n", 42)
