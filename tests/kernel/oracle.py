"""Derives the service's answer from a Jupyter kernel's messages. CONTRACT.md sections 7 and 8.

- stdout is all that the kernel streamed there, in order.
- stderr likewise; an `error` message adds its evalue, the traceback without colours and a line end
  (row 14). The one that failed the program comes last, whatever was written after it.
- result is null after a failure (row 13). Otherwise the last image wins over everything else
  (row 12), then the value of the last expression, then text that was displayed (a guess: no
  observation says what display("text") gives), then "".
- A value is its text/plain: a number if it reads as a JSON number, else a string; a str shows its
  characters in older versions and its repr in newer ones (row 9).

HTML, LaTeX, SVG and JSON next to a text/plain, messages about widgets, clear_output and the pager
leave nothing.
"""

import ast
import re
from dataclasses import dataclass

COLOURS = re.compile(r"\x1b\[[\d;]*m")
JSON_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?", re.ASCII)
IMAGES = ("image/png", "image/jpeg")


class Number(str):
    """A JSON number that compares by its digits: 1e2 and 100.0 are different answers."""

    def __repr__(self):
        return f"number {self}"


@dataclass
class Answer:
    ok: bool
    stdout: str
    stderr: str
    result: object  # str, Number, None or {"type": "image", ...}


def expected_answer(reply, string_quotes):
    """Returns the expected answer. `reply` is kernel_host.py's report of one execution."""
    messages = [(message["type"], message["content"]) for message in reply["messages"]]
    streams = {"stdout": "", "stderr": ""}
    errors = [content for kind, content in messages if kind == "error"]
    fatal = errors[-1] if errors and not reply["ok"] else None
    for kind, content in messages:
        if kind == "stream":
            streams[content["name"]] += content["text"]
        elif kind == "error" and content is not fatal:
            streams["stderr"] += error_text(content)
    if fatal:
        streams["stderr"] += error_text(fatal)
    result = value_of(messages, string_quotes) if reply["ok"] else None
    return Answer(reply["ok"], **streams, result=result)


def error_text(content):
    return content["evalue"] + COLOURS.sub("", "\n".join(content["traceback"])) + "\n"


def value_of(messages, string_quotes):
    shown = [(kind, content["data"]) for kind, content in messages if "data" in content]
    images = [image_in(data) for _, data in shown if image_in(data)]
    if images:
        return images[-1]
    values = [data for kind, data in shown if kind == "execute_result"]
    if values:
        return value_from_text(values[-1].get("text/plain", ""), string_quotes)
    texts = [data["text/plain"] for _, data in shown if "text/plain" in data]
    return as_json_value(texts[-1]) if texts else ""


def image_in(data):
    for mime in IMAGES:
        if mime in data:
            name = mime.removeprefix("image/")
            return {"type": "image", "format": name, "base64_data": data[mime].strip()}
    return None


def value_from_text(text, string_quotes):
    if text[:1] in ("'", '"'):
        return text if string_quotes else ast.literal_eval(text)
    return as_json_value(text)


def as_json_value(text):
    return Number(text) if JSON_NUMBER.fullmatch(text) else text
