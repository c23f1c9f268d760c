"""Everything that reaches stdout and stderr, from any writer."""

import pytest

# Each program, its stdout and its stderr.
STREAMS = {
    "print": ("print('x')", "x\n", ""),
    "a partial line": ("print('x', end='')", "x", ""),
    "stderr": ("import sys\nprint('e', file=sys.stderr)", "", "e\n"),
    "text beyond ASCII": ("print('é€😀')", "é€😀\n", ""),
    "lone surrogates are escaped": (r"print('a\ud800')", "a\\ud800\n", ""),
    "line ends stay as they are": (r"print('a\r\nb\r')", "a\r\nb\r\n", ""),
    "writelines": ("import sys\nsys.stdout.writelines(['a', 'b'])", "ab", ""),
    "undecoded bytes come out as bytes": (r"print('Stra\udcc3\udc9fe')", "Straße\n", ""),
    "the original streams, which keep what they can": (
        "import sys\nsys.__stdout__.write('a'); sys.__stderr__.write('b\\n');",
        "",
        "b\n",
    ),
    "os.write keeps its place": (
        "import os\nprint('1', end='')\nos.write(1, b'2')\nprint('3');",
        "123\n",
        "",
    ),
    "printf from a C library": ("import ctypes\nctypes.CDLL(None).printf(b'c');", "c", ""),
    "a child process keeps its place": (
        "import subprocess\nprint(1)\nsubprocess.run('echo 2; echo e >&2', shell=True)\nprint(3)",
        "1\n2\n3\n",
        "e\n",
    ),
    "os.system": ("import os\nos.system('echo hi');", "hi\n", ""),
    "a shell escape": ("!echo hi", "hi\r\n", ""),
    "a shell escape with variables": ("word = 'hi'\n!echo {word} $word", "hi hi\r\n", ""),
    "a shell escape's stderr is on stdout, as from a terminal": ("!echo e >&2", "e\r\n", ""),
    "a bash cell": ("%%bash\necho out\necho err >&2", "out\n", "err\n"),
    "a shell magic": ("%system echo hi", "", ""),
    "a thread that ends in time": (
        "import threading\nt = threading.Thread(target=print, args=('t',))\nt.start(); t.join()",
        "t\n",
        "",
    ),
    "a process pool": (
        "import multiprocessing as m\n"
        "with m.get_context('fork').Pool(2) as p: print(p.map(len, ['a', 'bb']))",
        "[1, 2]\n",
        "",
    ),
    "a magic that does not exist": (
        "%nomagic",
        "",
        "UsageError: Line magic function `%nomagic` not found.\n",
    ),
    "captured output is not heard": ("%%capture c\nprint('x')", "", ""),
    "clear_output prints no escape codes": (
        "import IPython\nIPython.display.clear_output()",
        "",
        "",
    ),
}


@pytest.mark.parametrize("code, out, err", STREAMS.values(), ids=STREAMS.keys())
def test_stream_carries(shared_agent, code, out, err):
    result = shared_agent.run(code)
    assert result.ok or result.traceback == ""
    assert (result.out, result.err) == (out, err)


def test_output_of_a_forked_child_is_kept(agent):
    """Needs a new interpreter: Python 3.12 warns about a fork while threads of earlier programs
    run."""
    fork = "import os\nif (pid := os.fork()) == 0: print('child'); os._exit(0)\nos.waitpid(pid, 0);"
    result = agent.run(fork)
    assert (result.out, result.err) == ("child\n", "")


def test_timeit_reports_on_stdout(shared_agent):
    result = shared_agent.run("%timeit -n1 -r1 pass")
    assert result.out.endswith("per loop (mean ± std. dev. of 1 run, 1 loop each)\n")


def test_a_warning_names_the_cell_as_ipykernel_does(shared_agent):
    result = shared_agent.run('import warnings\nwarnings.warn("careful")')
    assert "/1798193716.py:2: UserWarning: careful\n" in result.err


def test_output_of_a_mebibyte_arrives_whole(shared_agent):
    result = shared_agent.run("print('é' * (1 << 19), end='')")
    assert result.stdout == "é".encode() * (1 << 19)


def test_bytes_that_are_not_text_arrive_as_they_are(shared_agent):
    result = shared_agent.run("import os\nos.write(1, bytes(range(256)));")
    assert result.stdout == bytes(range(256))


def test_reading_stdin_is_at_its_end(shared_agent):
    assert shared_agent.run("import sys; sys.stdin.read()").value["characters"] == ""
    assert shared_agent.run("!cat").stdout == b""


def test_a_stream_of_the_programs_own_making_does_not_disturb_the_agent(agent):
    assert agent.run("import sys\nsys.stdout = sys.stderr = object()").ok
    assert not agent.run("sys.stdout = object(); print(1)").ok
    assert agent.run("print(1)").out == "1\n"
    shown = agent.run("class R:\n  def __repr__(self): raise OSError('no repr')\nR()")
    assert shown.err.endswith("OSError: no repr\n")
    assert agent.run("sys.stdout = sys.__stdout__\nprint(2)").out == "2\n"


# Harm that a program does to its streams, and how it fails as a result.
HARM = {
    "wraps the buffer": (
        "import io, sys\nsys.stdout = io.TextIOWrapper(sys.stdout.buffer); print(0)",
        "'OutStream' object has no attribute 'buffer'",
    ),
    "closes stdout": ("import sys\nsys.stdout.close()\nprint(0)", "I/O operation on closed file"),
    "closes stderr": ("import sys\nwith sys.stderr: pass", ""),
    "closes the original streams": (
        "import sys\nsys.__stdout__.close(); sys.__stderr__.close()",
        "",
    ),
    "detaches the original streams": ("import sys\nsys.__stdout__.detach().close();", ""),
    "closes the descriptors": ("import os\nos.close(1); os.close(2)", ""),
    "closes what fileno() tells": ("import os, sys\nos.close(sys.stdout.fileno())", ""),
    "closes what its streams write to": (
        "import os, sys\npipe = os.stat('/proc/self/fd/1')\n"
        "for fd in map(int, os.listdir('/proc/self/fd')):\n"
        "    if fd > 3 and os.path.exists(path := f'/proc/self/fd/{fd}'):\n"
        "        if os.path.samestat(os.stat(path), pipe): os.close(fd)",
        "",
    ),
    "redirects the descriptors": (
        "import os\nnull = os.open('/dev/null', os.O_WRONLY)\nos.dup2(null, 1); os.dup2(null, 2);",
        "",
    ),
    "swaps the descriptors": (
        "import os\nspare = os.dup(1)\nos.dup2(2, 1); os.dup2(spare, 2);",
        "",
    ),
    "makes the pipes non-blocking": ("import os\nos.set_blocking(1, False)", ""),
    "opens a file in place of stdout": ("import os\nos.close(1)\nkept = open('taken', 'w')", ""),
}

SHOWN = """import ctypes, os, subprocess, sys
print("python")
print("error", file=sys.stderr)
os.write(1, b"descriptor\\n")
ctypes.CDLL(None).puts(b"library")
ctypes.CDLL(None).fflush(None)
subprocess.run("echo child; echo child >&2", shell=True)
1 / 0"""


@pytest.mark.parametrize("code, failure", HARM.values(), ids=HARM.keys())
def test_nothing_that_a_program_does_to_its_streams_outlives_it(agent, code, failure):
    result = agent.run(code)
    assert failure in result.traceback and result.ok == (not failure)
    shown = agent.run(SHOWN)
    assert shown.out == "python\ndescriptor\nlibrary\nchild\n"
    assert shown.err == "error\nchild\n"
    assert "ZeroDivisionError" in shown.traceback


def test_prints_do_not_need_the_descriptors(agent):
    code = "import os, sys\nos.close(1); os.close(2)\nprint(1); print(2, file=sys.stderr)\n1 / 0"
    result = agent.run(code)
    assert (result.out, result.err) == ("1\n", "2\n")
    assert "ZeroDivisionError" in result.traceback


def test_a_large_output_to_a_pipe_that_does_not_block_arrives_whole(agent):
    agent.run("import os\nos.set_blocking(1, False)")
    assert len(agent.run("print('x' * (1 << 20), end='')").stdout) == 1 << 20


def test_a_shell_escape_does_not_wait_for_what_it_leaves_running(agent):
    result = agent.run("!sleep 60 & echo done")
    assert result.out == "done\r\n"


def test_a_shell_escape_can_be_interrupted(agent):
    result = agent.run("!echo begun; sleep 60", on_output=agent.interrupt)
    assert not result.ok
    assert "KeyboardInterrupt" in result.traceback
    assert agent.run("1").ok
