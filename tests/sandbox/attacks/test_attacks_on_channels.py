"""Cases 56 to 61: output of a session: streams, results, figures, the agent's socket."""

import base64
import json
import struct
import time
from pathlib import Path

import pytest

from support.emulator import BINARY, SLOWNESS
from support.executions import run_in, value, value_in
from support.sanitizers import memory_room
from support.wire import assert_refused

attack = pytest.mark.attack
SHOWN = 4096  # characters of a stream that the newest api-version shows
OWN_CAP = 16 << 20  # bytes of a stream that the server keeps at most
MEMORY_ROOM = memory_room(200 << 20, BINARY)
TIMED_OUT = "Request timed out waiting for code execution to complete after {} seconds"
RESTARTED = "Kernel restarted"
BOUND_SECONDS = 60 * SLOWNESS  # without a deadline, the programs of these tests would not end


def result_of(session, code, **members):
    return run_in("synchronous", session, code, **members)["result"]


def peak_memory(server):
    status = Path(f"/proc/{server.pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) << 10


FLOODS = {
    "no line ends": ("b'x' * (1 << 20)", "x" * SHOWN),
    "NULs": ("bytes(1 << 20)", "\0" * SHOWN),
    "no UTF-8": ("b'\\xff' * (1 << 20)", "\ufffd" * SHOWN),
    "escapes": ("b'\\x1b[31m' * (1 << 18)", ("\x1b[31m" * SHOWN)[:SHOWN]),
}


@attack(56)
@pytest.mark.alone("program and server each take a processor, and the answer has a deadline")
@pytest.mark.parametrize("flood, shown", FLOODS.values(), ids=FLOODS)
def test_a_flood_that_never_ends_is_cut_and_keeps_the_deadline(session, server, flood, shown):
    before, begin = peak_memory(server), time.monotonic()
    result = result_of(session, f"import os\nwhile True: os.write(1, {flood})", timeoutInSeconds=4)
    assert time.monotonic() - begin < BOUND_SECONDS
    assert result["stdout"] == shown
    assert result["stderr"].startswith(TIMED_OUT.format(4))
    assert peak_memory(server) - before < MEMORY_ROOM


@attack(56)
def test_a_stream_that_ends_in_bounds_is_whole(session):
    result = result_of(session, "print('x' * 4000)")
    assert result["stdout"] == "x" * 4000 + "\n"


@attack(57)
def test_late_output_belongs_to_no_other_execution_and_no_other_session(session, other_session):
    value(
        session,
        "import os, threading, time\nstop = False\n"
        "said = 0\n"
        "def talk():\n"
        "    global said\n"
        "    while not stop:\n"
        "        os.write(1, b'late'); os.write(2, b'late'); said += 1; time.sleep(0.001)\n"
        "thread = threading.Thread(target=talk, daemon=True); thread.start()",
    )
    for _ in range(20):
        theirs = result_of(other_session, "print('theirs')")
        assert (theirs["stdout"], theirs["stderr"]) == ("theirs\n", "")
    talks_on = "begin = said\nwhile said < begin + 2: time.sleep(0.01)\n"
    during = result_of(session, talks_on + "stop = True; thread.join()")
    assert "late" in during["stdout"] and set(during["stdout"]) <= set("late")
    assert result_of(session, "print('on time')")["stdout"] == "on time\n"


@attack(57)
def test_the_order_within_a_stream_is_kept(session):
    code = (
        "import os, subprocess, sys\n"
        "print('a'); subprocess.run(['echo', 'b']); os.write(1, b'c\\n'); sys.stdout.write('d\\n')\n"
        "print('A', file=sys.stderr); os.write(2, b'B\\n');"
    )
    result = result_of(session, code)
    assert (result["stdout"], result["stderr"]) == ("a\nb\nc\nd\n", "A\nB\n")


def framed(content):
    return struct.pack(">I", len(content)) + content


DEEP = b"[" * 100_000 + b"]" * 100_000
# Written into the agent's socket, as by a program that found it; afterwards the program continues.
WRITTEN = {
    "garbage": b"\xde\xad\xbe\xef" * 1000,
    "a huge length": b"\xff\xff\xff\xff",
    "no length at all": b"\0\0\0\0",
    "no JSON": framed(b"result"),
    "deep JSON": framed(DEEP),
    "a result before the result": framed(b'{"result": {"status": "ok", "value": "forged"}}'),
    "a second hello": framed(b'{"ready": {}}'),
    "another's words": framed(b'{"error": 1, "x": null}'),
}
DONE_TO_SOCKET = {
    "closed": "os.close(3)",
    "replaced by a file": "os.dup2(os.open('/dev/null', os.O_RDWR), 3)",
    "replaced by a stream": "os.dup2(1, 3)",
    "shut down": "import socket; socket.socket(fileno=os.dup(3)).shutdown(socket.SHUT_RDWR)",
    "all closed": "os.closerange(0, 64)",
}


def assert_contained(session, other_session, body):
    """Checks that the answer reports the failure in the API's words and that the session
    continues."""
    assert body["status"] in {"Succeeded", "Failed"}, body
    assert "forged" not in json.dumps(body)
    assert value(session, "open('/mnt/data/kept').read()") == "'kept'"
    assert value(other_session, "6 * 7") == 42


@attack(58)
@pytest.mark.parametrize("written", WRITTEN.values(), ids=WRITTEN)
def test_bytes_in_the_agents_socket_harm_their_session_only(session, other_session, written):
    session.upload("kept", b"kept")
    code = (
        "import base64, os, socket\n"
        "s = socket.socket(fileno=os.dup(3)); s.setblocking(True)\n"
        f"s.sendall(base64.b64decode({base64.b64encode(written).decode()!r}))\n'honest'"
    )
    assert_contained(session, other_session, run_in("synchronous", session, code))


@attack(58)
@pytest.mark.parametrize("act", DONE_TO_SOCKET.values(), ids=DONE_TO_SOCKET)
def test_a_program_without_its_agents_socket_harms_its_session_only(session, other_session, act):
    session.upload("kept", b"kept")
    body = run_in("synchronous", session, f"import os\n{act}\n'honest'", timeoutInSeconds=5)
    assert_contained(session, other_session, body)


EVIL_VALUES = {
    "sleeps": ("def __repr__(self): import time; time.sleep(100)", TIMED_OUT.format(5)),
    "loops": ("def __repr__(self):\n    while True: pass", TIMED_OUT.format(5)),
    "raises": ("def __repr__(self): raise ValueError('evil')", "evil"),
    "recurses": (
        "def __repr__(self): return repr(self)",
        "",
    ),  # ends with an error, or takes too long
    "is no text": ("def __repr__(self): return 7", "TypeError"),
    "takes memory": ("def __repr__(self): return 'x' * (1 << 40)", "MemoryError"),
    "ends all": ("def __repr__(self): import os; os._exit(1)", RESTARTED),
    "is too long": ("def __repr__(self): return 'x' * (40 << 20)", "too large"),
}


@attack(59)
@pytest.mark.parametrize("method, complaint", EVIL_VALUES.values(), ids=EVIL_VALUES)
def test_a_value_that_cannot_be_shown_ends_within_the_deadline(session, method, complaint):
    begin = time.monotonic()
    code = f"class Evil:\n  {method}\nEvil()".replace("\n    while", "\n      while")
    result = result_of(session, code, timeoutInSeconds=5)
    assert time.monotonic() - begin < BOUND_SECONDS
    assert complaint in result["stderr"], result
    assert not result["executionResult"]
    assert value(session, "6 * 7") == 42


EVIL_EXCEPTIONS = {
    "raises": "def __str__(self): raise self",
    "sleeps": "def __str__(self): import time; time.sleep(100)",
    "recurses": "def __str__(self): return str(self)",
    "exits": "def __str__(self): raise SystemExit",
}


@attack(59)
@pytest.mark.parametrize("method", EVIL_EXCEPTIONS.values(), ids=EVIL_EXCEPTIONS)
def test_an_exception_that_cannot_be_shown_ends_within_the_deadline(session, method):
    begin = time.monotonic()
    code = f"class Evil(Exception):\n  {method}\nraise Evil"
    body = run_in("synchronous", session, code, timeoutInSeconds=2)
    assert time.monotonic() - begin < BOUND_SECONDS
    assert (body["status"], body["result"]["executionResult"]) == ("Failed", None)
    assert value(session, "6 * 7") == 42


# A program and a part of the error message on stderr; without a message it succeeds.
INPUTS = {
    "a NUL": ("'a\0b'", "null bytes"),
    "a deep expression": ("(" * 1000 + ")" * 1000, "too many nested parentheses"),
    "a deep sum": ("-" * 100_000 + "1", "Error"),
    "a long chain": ("x" + ".y" * 100_000, ""),
    "exit()": ("exit()", None),
    "sys.exit": ("import sys; sys.exit(3)", None),
    "quit in a thread": (
        "import threading; t = threading.Thread(target=exit); t.start(); t.join()",
        None,
    ),
    "input()": ("input()", "StdinNotImplementedError"),
    "sys.stdin": ("import sys; sys.stdin.read()", None),
    "a breakpoint": ("breakpoint()", None),
    "an endless await": ("import asyncio\nawait asyncio.sleep(1000)", "timed out"),
    "a broken IPython": ("get_ipython().run_cell = None; del get_ipython", None),
    "a broken builtin": (
        "import builtins; builtins.repr = builtins.str = builtins.len = None",
        None,
    ),
    "a broken sys": ("import sys; sys.modules.clear()", None),
    "no descriptors left": (
        "import os\nfds = []\nwhile True: fds.append(os.dup(1))",
        "Too many open",
    ),
}


@attack(60)
@pytest.mark.parametrize("code, complaint", INPUTS.values(), ids=INPUTS)
def test_odd_programs_have_defined_results(session, code, complaint):
    body = run_in("synchronous", session, code, timeoutInSeconds=8)
    assert body["status"] in {"Succeeded", "Failed"}
    if complaint is not None:
        assert complaint in body["result"]["stderr"], body
    # A program breaks only its own kernel, and only until its session ends.
    assert value_in("empty", session, "6 * 7") == 42
    session.end()
    assert value(session, "6 * 7") == 42


@attack(60)
def test_a_program_of_ten_megabytes_is_refused_or_run(session):
    body = run_in("synchronous", session, "x = 7\n#" + "y" * 9_900_000 + "\nx * 6")
    assert body["result"]["executionResult"] == 42
    assert_refused(session.executions("#" + "y" * (10 << 20)), 413)


FIGURES = {
    "many": "import matplotlib.pyplot as p\nfor n in range(300): p.figure(figsize=(1, 1))\np.show()",
    "large": "import matplotlib.pyplot as p\np.figure(figsize=(200, 200), dpi=100); p.plot([1]); p.show()",
    "giant": "import matplotlib.pyplot as p\np.figure(figsize=(2000, 2000), dpi=100); p.show()",
}


@attack(61)
@pytest.mark.parametrize("kernel", ["synchronous", "empty"])
@pytest.mark.parametrize("code", FIGURES.values(), ids=FIGURES)
def test_figures_without_measure_are_bounded(session, server, code, kernel):
    before = peak_memory(server)
    body = run_in(kernel, session, code, timeoutInSeconds=30)
    assert body["status"] in {"Succeeded", "Failed"}
    assert peak_memory(server) - before < MEMORY_ROOM
    assert value_in(kernel, session, "6 * 7") == 42


@attack(61)
def test_a_figure_within_measure_is_shown(session):
    shown = result_of(session, "import matplotlib.pyplot as p\np.plot([1, 2]); p.show()")
    assert shown["executionResult"]["type"] == "image", shown
