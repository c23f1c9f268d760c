"""Everything that a program showed, for clients that request it (class Displays in
agent_shell.py)."""

import base64
import json

import pytest

HTML = "from IPython.display import HTML\n"
KINDS = """
from IPython.display import SVG, HTML, JSON, Latex, Markdown
for shown in (HTML('<b>h</b>'), Latex('$x$'), JSON({'a': [1]}), Markdown('*m*')):
    display(shown)
display(SVG('<svg xmlns="http://www.w3.org/2000/svg"/>'))
"""
FIGURES = """
import matplotlib.pyplot as plt
for number in range(3):
    plt.plot([number]); plt.show()
"""


def shown_by(agent, code):
    displays = agent.run(code, displays=True).displays
    return json.loads(displays) if displays else None


def test_every_kind_is_there_in_order(shared_agent):
    shown = shown_by(shared_agent, KINDS)
    kinds = [sorted(set(each["data"]) - {"text/plain"}) for each in shown["displays"]]
    assert kinds == [
        ["text/html"],
        ["text/latex"],
        ["application/json"],
        ["text/markdown"],
        ["image/svg+xml"],
    ]
    assert shown["displays"][2]["data"]["application/json"] == {"a": [1]}
    assert {each["source"] for each in shown["displays"]} == {"display"}
    assert shown["omitted"] == 0


def test_every_figure_is_there_although_the_value_is_the_last(shared_agent):
    result = shared_agent.run(FIGURES, displays=True)
    images = [each["data"]["image/png"] for each in json.loads(result.displays)["displays"]]
    assert len(images) == 3 and len(set(images)) == 3
    assert images[-1].strip() == result.value["base64"]
    assert base64.b64decode(images[0]).startswith(b"\x89PNG")


def test_a_table_has_its_html(shared_agent):
    shown = shown_by(shared_agent, "import pandas\npandas.DataFrame({'n': [1]})")
    [display] = shown["displays"]
    assert display["source"] == "result"
    assert "<table" in display["data"]["text/html"] and "text/plain" in display["data"]


@pytest.mark.parametrize("code", ["1 + 1", "print('x')", "display('x')", "x = 1", "1 / 0"])
def test_one_plain_text_is_no_display(shared_agent, code):
    assert shared_agent.run(code, displays=True).displays == ""


def test_plain_texts_are_there_as_soon_as_there_is_more_than_one(shared_agent):
    shown = shown_by(shared_agent, "display(1)\ndisplay(2)\n3")
    texts = [(each["source"], each["data"]["text/plain"]) for each in shown["displays"]]
    assert texts == [("display", "1"), ("display", "2"), ("result", "3")]


def test_who_does_not_ask_gets_none(shared_agent):
    assert shared_agent.run(KINDS).displays == ""


def test_what_is_too_large_is_left_out_and_counted(shared_agent):
    sizes = ("'x' * 600_000", "'small'", "'y' * 524_250")
    large = HTML + "\n".join(f"display(HTML({text}))" for text in sizes)
    shown = shown_by(shared_agent, large)
    assert [each["data"]["text/html"] for each in shown["displays"]] == ["small"]
    assert shown["omitted"] == 2
    assert shown_by(shared_agent, HTML + "HTML('x' * 600_000)") == {"displays": [], "omitted": 1}


def test_a_result_at_the_limit_goes_before_its_displays(shared_agent):
    program = HTML + "display(HTML('h'))\n'x' * (15 << 20)"  # almost 32 MiB together with its repr
    result = shared_agent.run(program, displays=True)
    assert result.ok and len(result.value["characters"]) == 15 << 20


def test_bad_displays_harm_nothing(shared_agent):
    code = """
class Bad:
    def _repr_mimebundle_(self, **_):
        return {"application/json": float("nan"), "text/plain": "nan"}
class Worse:
    def _repr_mimebundle_(self, **_):
        return {"x/y": object(), 3: b"\\x00\\xff", "text/plain": "\\ud800 lone"}
class Fine:
    def _repr_mimebundle_(self, **_):
        return {"x/y": b"\\x00\\xff", "text/plain": "\\ud800 lone"}
display(Bad()); display(Worse()); display(Fine())
"""
    result = shared_agent.run(code, displays=True)
    assert result.ok, result.traceback
    shown = json.loads(result.displays)
    assert shown["omitted"] == 2
    assert shown["displays"][0]["data"]["x/y"] == "AP8="
    assert shown["displays"][0]["data"]["text/plain"].endswith(" lone")


def test_a_trace_is_in_the_environment_of_its_program_only(agent):
    show = "import os, subprocess\nos.environ.get('TRACEPARENT')"
    assert agent.run(show, traceparent="00-a-b-01").value["characters"] == "00-a-b-01"
    child = "subprocess.check_output('echo $TRACEPARENT', shell=True, text=True)"
    assert agent.run(child, traceparent="00-c-d-01").value["characters"] == "00-c-d-01\n"
    assert agent.run("'TRACEPARENT' in os.environ").value["text"] == "False"
    agent.run("os.environ['TRACEPARENT'] = 'mine'")
    assert agent.run(show).value["characters"] == "mine"
