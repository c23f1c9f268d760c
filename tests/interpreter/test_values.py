"""The values that last expressions of programs become."""

import pytest

NOTHING = {"kind": "nothing"}
NONE = {"kind": "none"}


def text(content):
    return {"kind": "text", "text": content}


def string(characters, representation=None):
    return {
        "kind": "string",
        "repr": repr(characters) if representation is None else representation,
        "characters": characters,
    }


VALUES = {
    "an int": ("6 * 7", text("42")),
    "a float keeps its full repr": ("0.1 + 0.2", text("0.30000000000000004")),
    "nan": ("float('nan')", text("nan")),
    "a bool": ("1 == 1", text("True")),
    "a str": ("'a' + 'b'", string("ab")),
    "an empty str": ("''", string("")),
    "a str with quotes and lines": (r'''"it's\n\"x\""''', string('it\'s\n"x"')),
    "a str beyond ASCII": ("'é€😀'", string("é€😀")),
    "a str with NUL": (r"'a\0b'", string("a\0b")),
    "a lone surrogate is replaced": (r"'a\ud800'", string("a\ufffd", r"'a\ud800'")),
    "a split surrogate pair is joined": (r"'\ud83d\ude00'", string("😀", r"'\ud83d\ude00'")),
    "a subclass of str": (
        "type('S', (str,), {'__str__': lambda s: 'lie', '__repr__': lambda s: 'R'})('x')",
        string("x", "R"),
    ),
    "bytes": ("b'x'", text("b'x'")),
    "a short list": ("[1, 2, 3]", text("[1, 2, 3]")),
    "a long list has one item per line": (
        "['a' * 40] * 3",
        text("['" + "',\n '".join(["a" * 40] * 3) + "']"),
    ),
    "a dict": ("{'a': 1}", text("{'a': 1}")),
    "a tuple": ("1, 2", text("(1, 2)")),
    "a numpy scalar": ("import numpy\nnumpy.float64(1.5)", text("1.5")),
    "a DataFrame": (
        "import pandas\npandas.DataFrame({'a': [1]})",
        text("   a\n0  1"),
    ),
    "only the last expression counts": ("1\n2", text("2")),
    "an assignment has no value": ("x = 1", NOTHING),
    "a trailing semicolon suppresses": ("5;", NOTHING),
    "a trailing semicolon with a comment suppresses": ("5; # five", NOTHING),
    "print has no value": ("print()", NOTHING),
    "a call that returns None has no value": ("[].sort()", NOTHING),
    "awaiting a call that returns None has no value": (
        "import asyncio\nawait asyncio.sleep(0)",
        NOTHING,
    ),
    "a name that is None has the value None": ("a = None;a", NONE),
    "the literal None has the value None": ("None", NONE),
    "a suppressed None has no value": ("None;", NOTHING),
    "an empty program": ("", NOTHING),
    "blanks and a comment": ("  \n# nothing\n", NOTHING),
    "a definition": ("def f(): pass", NOTHING),
    "an expression in a loop": ("for i in [1]: i", NOTHING),
    "an awaited value": (
        "import asyncio\nasync def f(): return 5\nawait f()",
        text("5"),
    ),
    "displayed text when there is no other value": ("display('shown')", text("'shown'")),
    "an expression beats displayed text": ("display('shown')\n7", text("7")),
    "an object that prints itself": (
        "class P:\n  def _ipython_display_(self): print('me')\nP()",
        NOTHING,
    ),
    "a MIME bundle with nonsense": (
        "class M:\n  def _repr_mimebundle_(self, **_): return {'text/plain': 5}\nM()",
        text("5"),
    ),
    "exit() leaves nothing": ("exit()", NOTHING),
    "help goes to a pager that is not shown": ("len?", NOTHING),
    "the module is a real __main__": (
        "import sys\nsys.modules['__main__'].__dict__ is globals(), __name__",
        text("(True, '__main__')"),
    ),
    "a class of a cell can be pickled": (
        "import pickle\nclass C: pass\npickle.loads(pickle.dumps(C())).__class__",
        text("__main__.C"),
    ),
    "the agent's names are not the program's": (
        "[n for n in dir() if 'gent' in n or 'Shell' in n or 'utcome' in n]",
        text("[]"),
    ),
    "the command line is a kernel's": (
        "import os, sys; os.path.basename(sys.argv[0]), sys.argv[1], len(sys.argv), '' in sys.path",
        text("('ipykernel_launcher.py', '-f', 3, True)"),
    ),
    "a magic's value": ("%time 3+4", text("7")),
    "the exit code of a command": ("!exit 3\n_exit_code", text("3")),
    "the output of a command": ("x = !echo a; echo b\nx.n", string("a\nb")),
}


@pytest.mark.parametrize("code, value", VALUES.values(), ids=VALUES.keys())
def test_value_is(shared_agent, code, value):
    result = shared_agent.run(code)
    assert (result.value, result.ok, result.traceback) == (value, True, "")


def test_nothing_of_a_value_is_printed(shared_agent):
    result = shared_agent.run("'abc'")
    assert (result.stdout, result.stderr) == (b"", b"")


def test_a_failing_repr_leaves_no_value_and_its_traceback_on_stderr(shared_agent):
    result = shared_agent.run("class R:\n  def __repr__(self): raise OSError('no repr')\nR()")
    assert (result.ok, result.value, result.traceback) == (True, NOTHING, "")
    assert result.err.endswith("OSError: no repr\n")


def test_a_value_too_large_to_send_is_a_failure_that_says_so(agent):
    result = agent.run("'a' * (40 << 20)")
    assert not result.ok
    assert result.value == NOTHING
    assert result.traceback.startswith("The result is too large to be sent: at most 32 MiB")
    assert agent.run("1").value == text("1")


def test_a_large_value_is_sent(shared_agent):
    assert shared_agent.run("'a' * (10 << 20)").value == string("a" * (10 << 20))
