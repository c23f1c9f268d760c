"""A program on both sides: in a real kernel and in a session over HTTP."""

import json
import re

import pytest
import requests
from oracle import Answer, Number, expected_answer
from support.emulator import V2024_02, V2025_10

NO_CUT = 1 << 30  # outputStreamsMaxLength
PROGRAM_SECONDS = 50  # less than the client waits
SESSION_HOME, SESSION_PREFIX = "/tmp", "/opt/python"
SESSION_PYTHON = "/tmp/.local/bin/python3"

MASKS = (
    (re.compile(r"\b0[xX][0-9a-fA-F]{6,16}\b|\b(?<=at )[0-9a-f]{12}\b"), "ADDRESS"),
    (re.compile(r"ipykernel_\d+/"), "ipykernel_N/"),
    (re.compile(r"(?<=^CPU times: ).+|(?<=^Wall time: ).+", re.MULTILINE), "TIME"),
    (re.compile(r"^.+ per loop \(mean", re.MULTILINE), "TIME per loop (mean"),
    (re.compile(r"\b\d+\.\d+(?=s$| seconds\b)", re.MULTILINE), "TIME"),
    (re.compile(r"\(\d+ times\)"), "(N times)"),  # how deep a kernel already is
)


# What only a program that broke its interpreter, or was broken by it, ends with.
LAST_WORDS = ("Kernel restarted", "Execution aborted", f"after {PROGRAM_SECONDS} seconds")


def give_up(why):
    pytest.fail(why, pytrace=False)


class Patience:
    """Ends a run that has become pointless: of a broken agent, each program would take a time-out.
    A side that stops answering fails what is left of its group at once, and the second one all that
    is left."""

    MOST_LOST = 2

    def __init__(self):
        self._lost = []

    def lose(self, what):
        self._lost.append(what)

    def check(self):
        if len(self._lost) >= self.MOST_LOST:
            give_up("not run, after " + "; ".join(self._lost))


class BothSides:
    """One kernel and one session, which live through the same programs in the same order."""

    def __init__(self, kernel, session, version, patience):
        self._kernel = kernel
        self._session = session
        self._version = version
        self._patience = patience
        self._lost = None
        self._paths = (
            (str(kernel.home), SESSION_HOME),
            (str(kernel.prefix / "bin/python3"), SESSION_PYTHON),
            (str(kernel.prefix), SESSION_PREFIX),
            (str(kernel.prefix.resolve()), SESSION_PREFIX),
        )

    def run(self, program):
        """The answers of the kernel and of the session to the program's last cell."""
        if self._lost:
            give_up(f"not run, after {self._lost}")
        for cell in program.cells:
            try:
                body, reply = self._run_cell(cell)
            except (OSError, requests.RequestException, AssertionError) as error:
                self._lose(program, str(error))
            if body.stderr.endswith(LAST_WORDS):
                self._lose(program, body.stderr)
        expected = expected_answer(reply, string_quotes=self._version == V2025_10)
        return self._normal(expected), self._normal(body)

    def _run_cell(self, cell):
        self._kernel.begin(cell)
        try:
            body = self._in_session(cell)
        finally:  # the kernel answers whatever the session does; left unread, it would be out of step
            reply = self._kernel.finish()
        return body, reply

    def _lose(self, program, why):
        self._lost = f"{program}: {why}"
        self._patience.lose(self._lost)
        give_up(self._lost)

    def _in_session(self, code):
        if self._version == V2024_02:
            answer = self._session.code_execute(code, timeoutInSeconds=PROGRAM_SECONDS)
            assert answer.status_code == 200, answer.text
            body = without_rounding(answer.text)["properties"]
            result = body["result"]
        else:
            limits = {"outputStreamsMaxLength": NO_CUT, "timeoutInSeconds": PROGRAM_SECONDS}
            answer = self._session.executions(code, **limits)
            assert answer.status_code == 200, answer.text
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
