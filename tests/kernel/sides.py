"""A program on both sides: in a real kernel and in a session over HTTP."""

import json
import re

from oracle import Answer, Number, expected_answer
from support.emulator import V2024_02, V2025_10

NO_CUT = 1 << 30  # outputStreamsMaxLength
SESSION_HOME, SESSION_PREFIX = "/tmp", "/opt/python"

MASKS = (
    (re.compile(r"\b0[xX][0-9a-fA-F]{6,16}\b|\b(?<=at )[0-9a-f]{12}\b"), "ADDRESS"),
    (re.compile(r"ipykernel_\d+/"), "ipykernel_N/"),
    (re.compile(r"(?<=^CPU times: ).+|(?<=^Wall time: ).+", re.MULTILINE), "TIME"),
    (re.compile(r"^.+ per loop \(mean", re.MULTILINE), "TIME per loop (mean"),
    (re.compile(r"\b\d+\.\d+(?=s$| seconds\b)", re.MULTILINE), "TIME"),
    (re.compile(r"\(\d+ times\)"), "(N times)"),  # how deep a kernel already is
)


class BothSides:
    """One kernel and one session, which live through the same programs in the same order."""

    def __init__(self, kernel, session, version):
        self._kernel = kernel
        self._session = session
        self._version = version
        self._paths = (
            (str(kernel.home), SESSION_HOME),
            (str(kernel.prefix), SESSION_PREFIX),
            (str(kernel.prefix.resolve()), SESSION_PREFIX),
        )

    def run(self, program):
        """The answers of the kernel and of the session to the program's last cell."""
        for cell in program.cells:
            self._kernel.begin(cell)
            body = self._in_session(cell)
            reply = self._kernel.finish()
        expected = expected_answer(reply, string_quotes=self._version == V2025_10)
        return self._normal(expected), self._normal(body)

    def _in_session(self, code):
        if self._version == V2024_02:
            answer = self._session.code_execute(code)
            body = without_rounding(answer.text)["properties"]
            result = body["result"]
        else:
            answer = self._session.executions(code, outputStreamsMaxLength=NO_CUT)
            body = without_rounding(answer.text)
            body = body["result"] | {"status": body["status"]}
            result = body["executionResult"]
        assert body["status"] in ("Success", "Succeeded", "Failure", "Failed")
        ok = body["status"].startswith("Succ")
        return Answer(ok, body["stdout"], body["stderr"], result)

    def _normal(self, answer):
        result = answer.result
        if type(result) is str:
            result = self._masked(result)
        return Answer(answer.ok, self._masked(answer.stdout), self._masked(answer.stderr), result)

    def _masked(self, text):
        for path, name in self._paths:
            text = text.replace(path, name)
        for pattern, name in MASKS:
            text = pattern.sub(name, text)
        return text


def without_rounding(text):
    return json.loads(text, parse_int=Number, parse_float=Number)
