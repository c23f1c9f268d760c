"""How a failing program is reported: the texts are those of a real ipykernel 6.29.

The field `traceback` is the text of the error directly followed by IPython's plain traceback.
"""

import re

import pytest

DASHES = "-" * 75

# Programs and the output of a real kernel: its evalue, then its traceback without colours.
TRACEBACKS = {
    "a division by zero": (
        "1/0",
        f"""division by zero{DASHES}
ZeroDivisionError                         Traceback (most recent call last)
Cell In[N], line 1
----> 1 1/0

ZeroDivisionError: division by zero
""",
    ),
    "an unknown name": (
        "x = 1\nfoo + 1",
        f"""name 'foo' is not defined{DASHES}
NameError                                 Traceback (most recent call last)
Cell In[N], line 2
      1 x = 1
----> 2 foo + 1

NameError: name 'foo' is not defined
""",
    ),
    "nested functions": (
        'def f(a):\n    return g(a)\ndef g(b):\n    raise ValueError("bad %d" % b)\nf(3)',
        f"""bad 3{DASHES}
ValueError                                Traceback (most recent call last)
Cell In[N], line 5
      3 def g(b):
      4     raise ValueError("bad %d" % b)
----> 5 f(3)

Cell In[N], line 2, in f(a)
      1 def f(a):
----> 2     return g(a)

Cell In[N], line 4, in g(b)
      3 def g(b):
----> 4     raise ValueError("bad %d" % b)

ValueError: bad 3
""",
    ),
    "a chained exception": (
        'try:\n    {}["k"]\nexcept KeyError as e:\n    raise RuntimeError("outer") from e',
        f"""outer{DASHES}
KeyError                                  Traceback (most recent call last)
Cell In[N], line 2
      1 try:
----> 2     {{}}["k"]
      3 except KeyError as e:

KeyError: 'k'

The above exception was the direct cause of the following exception:

RuntimeError                              Traceback (most recent call last)
Cell In[N], line 4
      2     {{}}["k"]
      3 except KeyError as e:
----> 4     raise RuntimeError("outer") from e

RuntimeError: outer
""",
    ),
    "a syntax error": (
        "x = 1\ny = (\n'filename': 3",
        """'(' was never closed (460291895.py, line 2)  Cell In[N], line 2
    y = (
        ^
SyntaxError: '(' was never closed

""",
    ),
    "an unexpected indent": (
        "\n\n\n{'a': 1,\n 'b': 2}\n    'filename': 'Temp.csv'\n",
        """unexpected indent (3525047343.py, line 3)  Cell In[N], line 3
    'filename': 'Temp.csv'
    ^
IndentationError: unexpected indent

""",
    ),
    "a missing block": (
        "def f():\nreturn 1",
        "expected an indented block after function definition on line 1 (341325504.py, line 2)"
        """  Cell In[N], line 2
    return 1
    ^
IndentationError: expected an indented block after function definition on line 1

""",
    ),
    "an exception without a text": (
        "raise ValueError",
        f"""{DASHES}
ValueError                                Traceback (most recent call last)
Cell In[N], line 1
----> 1 raise ValueError

ValueError: 
""",
    ),
    "an assertion": (
        'assert 1 == 2, "no"',
        f"""no{DASHES}
AssertionError                            Traceback (most recent call last)
Cell In[N], line 1
----> 1 assert 1 == 2, "no"

AssertionError: no
""",
    ),
    "a KeyboardInterrupt": (
        "raise KeyboardInterrupt",
        f"""{DASHES}
KeyboardInterrupt                         Traceback (most recent call last)
Cell In[N], line 1
----> 1 raise KeyboardInterrupt

KeyboardInterrupt: 
""",
    ),
    "sys.exit": (
        "import sys\nsys.exit(3)",
        """3An exception has occurred, use %tb to see the full traceback.

SystemExit: 3

""",
    ),
    "endless recursion": (
        "def f(): return f()\nf()",
        f"""maximum recursion depth exceeded{DASHES}
RecursionError                            Traceback (most recent call last)
Cell In[N], line 2
      1 def f(): return f()
----> 2 f()

Cell In[N], line 1, in f()
----> 1 def f(): return f()

Cell In[N], line 1, in f()
----> 1 def f(): return f()

    [... skipping similar frames: f at line 1 (N times)]

Cell In[N], line 1, in f()
----> 1 def f(): return f()

RecursionError: maximum recursion depth exceeded
""",
    ),
    "too little memory": (
        "x = [0] * (1 << 62)",
        f"""{DASHES}
MemoryError                               Traceback (most recent call last)
Cell In[N], line 1
----> 1 x = [0] * (1 << 62)

MemoryError: 
""",
    ),
    # Here a kernel also shows its own function, which raises; the agent never shows its own code.
    "input()": (
        'input("x")',
        "raw_input was called, but this frontend does not support input requests."
        f"""{DASHES}
StdinNotImplementedError                  Traceback (most recent call last)
Cell In[N], line 1
----> 1 input("x")

StdinNotImplementedError: raw_input was called, but this frontend does not support input requests.
""",
    ),
    "a failure behind an await": (
        "import asyncio\nawait asyncio.sleep(0)\n1/0",
        f"""division by zero{DASHES}
ZeroDivisionError                         Traceback (most recent call last)
Cell In[N], line 3
      1 import asyncio
      2 await asyncio.sleep(0)
----> 3 1/0

ZeroDivisionError: division by zero
""",
    ),
}


def numbered(traceback):
    """Removes the count of cells and of skipped frames, which depend on earlier programs."""
    return re.sub(r"In\[\d+\]|\(\d+ times\)", lambda m: re.sub(r"\d+", "N", m[0]), traceback)


@pytest.mark.parametrize("code, expected", TRACEBACKS.values(), ids=TRACEBACKS.keys())
def test_traceback_of(shared_agent, code, expected):
    result = shared_agent.run(code)
    assert (result.ok, result.value) == (False, {"kind": "nothing"})
    assert numbered(result.traceback) == expected


MENTIONS = {
    "getpass": ("import getpass; getpass.getpass()", "getpass was called, but this frontend"),
    "asyncio.run, as in a kernel": (
        "import asyncio\nasync def f(): pass\nc = f()\ntry: asyncio.run(c)\nfinally: c.close()",
        "asyncio.run() cannot be called from a running event loop",
    ),
    "a failing bash cell": ("%%bash\nexit 2", "returned non-zero exit status 2."),
    "a background shell escape": ("!sleep 1 &", "Background processes not supported."),
    "a lone surrogate in its text": (r"raise ValueError('\ud800')", "\ufffd"),
}


@pytest.mark.parametrize("code, words", MENTIONS.values(), ids=MENTIONS.keys())
def test_failure_mentions(shared_agent, code, words):
    result = shared_agent.run(code)
    assert not result.ok
    assert words in result.traceback
    assert "agent.py" not in result.traceback and "agent_shell.py" not in result.traceback


@pytest.mark.parametrize("before", ["", "import asyncio\nawait asyncio.sleep(0)\n"])
def test_an_exception_whose_text_raises_is_reported_all_the_same(shared_agent, before):
    code = "class E(Exception):\n    def __str__(self): raise SystemExit\nraise E"
    result = shared_agent.run(before + code)
    assert not result.ok
    assert "SystemExit" in result.traceback
    assert shared_agent.run("1").ok


def test_a_gui_toolkit_is_refused(shared_agent):
    result = shared_agent.run("%matplotlib qt")
    assert not result.ok
    assert shared_agent.run("%matplotlib inline").ok


def test_output_before_a_failure_is_kept(shared_agent):
    result = shared_agent.run("import sys\nprint(1)\nprint(2, file=sys.stderr)\n1/0")
    assert (result.out, result.err) == ("1\n", "2\n")


def test_an_exception_group_is_shown_on_stderr_as_a_kernel_does(shared_agent):
    result = shared_agent.run("raise ExceptionGroup('eg', [ValueError(1), TypeError(2)])")
    assert not result.ok
    assert "| ExceptionGroup: eg (2 sub-exceptions)" in result.err
    assert "agent" not in result.err


def test_the_newest_traceback_is_the_programs_and_older_ones_are_output(shared_agent):
    code = "class R:\n  def __repr__(self): raise OSError('no repr')\ndisplay(R())\n1/0"
    result = shared_agent.run(code)
    assert result.traceback.startswith("division by zero---")
    assert result.err.endswith("OSError: no repr\n")


def test_tb_shows_the_last_traceback_on_stderr(shared_agent):
    failed = shared_agent.run("1/0")
    again = shared_agent.run("%tb")
    assert again.ok
    assert again.err == failed.traceback


def test_a_traceback_too_large_to_send_is_a_failure_that_says_so(agent):
    result = agent.run("raise ValueError('a' * (20 << 20))")
    assert not result.ok
    assert result.traceback.startswith("The result is too large to be sent")
