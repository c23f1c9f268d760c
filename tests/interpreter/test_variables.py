"""Variables that one interpreter saves and another one restores."""

import json

import pytest

from agent_process import AgentProcess


@pytest.fixture
def other_agent(tmp_path_factory):
    with AgentProcess(tmp_path_factory.mktemp("other")) as process:
        yield process


def save(agent):
    result = agent.run("", verb="save")
    assert result.ok, result.traceback
    return json.loads(result.value["text"])


def move(agent, other_agent):
    """Saves the variables of one agent and restores them in the other. Returns those that were left
    out."""
    state = save(agent)
    restored = other_agent.run(json.dumps({"pickle": state["pickle"]}), verb="restore")
    assert restored.ok, restored.traceback
    return state["omitted"]


# Programs, each with an expression that must have the same value afterwards.
THINGS = {
    "numbers and texts": ("a = 1; b = 'ä'; c = [1.5, None, {2: b'x'}]", "a, b, c"),
    "a module under another name": ("import math as m", "m.floor(2.5)"),
    "an array": ("import numpy as np\nx = np.arange(6).reshape(2, 3)", "x.sum(), x.shape"),
    "a table": ("import pandas as pd\nt = pd.DataFrame({'a': [1, 2]})", "t.a.sum()"),
    "a function": ("def f(x): return x * k\nk = 3", "f(2)"),
    "a function that calls another": ("def g(): return 7\ndef f(): return g() + 1", "f()"),
    "an object of a class": (
        "class P:\n    def __init__(self): self.v = 5\n    def double(self): return self.v * 2\np = P()",
        "p.double(), type(p) is P",
    ),
    "a lambda with a closure": ("def make(n): return lambda: n\ncall = make(4)", "call()"),
    "two names of one object": ("a = []\nb = a", "(a.append(1), b)[1], a is b"),
}


@pytest.mark.parametrize("name", THINGS)
def test_a_variable_is_the_same_afterwards(agent, other_agent, name):
    program, expression = THINGS[name]
    assert agent.run(program).ok
    assert move(agent, other_agent) == []
    assert other_agent.run(expression).value == agent.run(expression).value


def test_a_restored_function_sees_later_changes_of_variables(agent, other_agent):
    agent.run("k = 1\ndef f(): return k")
    move(agent, other_agent)
    assert other_agent.run("k = 2\nf()").value["text"] == "2"


def test_variables_that_cannot_be_saved_are_named(agent, other_agent):
    agent.run("import threading\nlock = threading.Lock()\nx = 1\ndef f(): return lock")
    omitted = move(agent, other_agent)
    assert sorted(one["name"] for one in omitted) == ["f", "lock"]
    assert "cannot pickle '_thread.lock' object" in omitted[0]["why"]
    assert other_agent.run("x, 'lock' in globals()").value["text"] == "(1, False)"


def test_large_variables_are_left_out_first(agent):
    agent.run("small = 1\nlarge = bytes(30 << 20)")
    state = save(agent)
    assert state["saved"] == ["small"]
    assert state["omitted"] == [{"name": "large", "why": "the variables have at most 20 MiB"}]


def test_saving_leaves_no_trace(agent):
    agent.run("x = 1\nx")
    save(agent)
    assert agent.run("_, len(In), Out").value["text"] == "(1, 3, {1: 1})"


def test_an_unused_kernel_has_nothing_to_save(agent):
    assert save(agent) == {"pickle": "", "saved": [], "omitted": []}


def test_json_values_become_variables(agent):
    state = json.dumps({"values": {"name": "Ada", "rows": [1, {"a": None}]}})
    assert agent.run(state, verb="restore").ok
    assert agent.run("name, rows").value["text"] == "('Ada', [1, {'a': None}])"


def test_without_cloudpickle_functions_are_left_out_and_the_rest_is_saved(agent, other_agent):
    agent.run("import sys\nsys.modules['cloudpickle'] = None\nx = [1]\ndef f(): return 1\ndel sys")
    assert [one["name"] for one in move(agent, other_agent)] == ["f"]
    assert other_agent.run("x").value["text"] == "[1]"


def test_broken_state_is_a_failed_program(agent):
    for state in ['{"pickle":"AAAA"}', "no json", "[]"]:
        assert not agent.run(state, verb="restore").ok
    assert agent.run("1").value["text"] == "1"


def test_saving_can_be_interrupted(agent):
    agent.run(
        "class Slow:\n    def __reduce__(self):\n        print('begun')\n        while True: pass\ns = Slow()"
    )
    result = agent.run("", on_output=agent.interrupt, verb="save")
    assert not result.ok
    assert "KeyboardInterrupt" in result.traceback
