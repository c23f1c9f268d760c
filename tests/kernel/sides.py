"""A program on all sides: in a real kernel, and over HTTP in a session of each kind."""

import json
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from oracle import Answer, Number, expected_answer
from support.emulator import V2024_02, V2025_10

NO_CUT = 1 << 30  # outputStreamsMaxLength
PROGRAM_SECONDS = 50  # shorter than the timeout of the client
SESSION_HOME, SESSION_PREFIX = "/tmp", "/opt/python"
SESSION_PYTHON = "/tmp/.local/bin/python3"

MASKS = (
    (re.compile(r"\b0[xX][0-9a-fA-F]{6,16}\b|\b(?<=at )[0-9a-f]{12}\b"), "ADDRESS"),
    (re.compile(r"ipykernel_\d+/"), "ipykernel_N/"),
    (re.compile(r"kernel-[0-9a-f-]{36}\.json"), "kernel-ID.json"),
    (re.compile(r"(?<=^CPU times: ).+|(?<=^Wall time: ).+", re.MULTILINE), "TIME"),
    (re.compile(r"^.+ per loop \(mean", re.MULTILINE), "TIME per loop (mean"),
    (re.compile(r"\b\d+\.\d+(?=s$| seconds\b)", re.MULTILINE), "TIME"),
    (
        re.compile(r"\(\d+ times\)"),
        "(N times)",
    ),  # the count depends on the depth of a kernel's own frames
)


# The last words of programs that broke their interpreter, or that were ended with it.
LAST_WORDS = ("Kernel restarted", "Execution aborted", f"after {PROGRAM_SECONDS} seconds")


def give_up(why):
    pytest.fail(why, pytrace=False)


class FailedSides:
    """Ends a run that has become pointless: with a broken agent, each program would run into its
    timeout. The first side that stops answering fails the rest of its group at once, and the second
    one fails all remaining groups."""

    MOST_LOST = 2

    def __init__(self):
        self._lost = []

    def lose(self, what):
        self._lost.append(what)

    def check(self):
        if len(self._lost) >= self.MOST_LOST:
            give_up("not run, after " + "; ".join(self._lost))


class Sides:
    """One kernel and sessions by name, which run the same programs in the same order."""

    def __init__(self, kernel, sessions, version, failed_sides):
        self._kernel = kernel
        self._sessions = sessions
        self._version = version
        self._failed_sides = failed_sides
        self._lost = None
        self._threads = ThreadPoolExecutor(len(sessions))
        self._paths = (
            (str(kernel.home), SESSION_HOME),
            (str(kernel.prefix / "bin/python3"), SESSION_PYTHON),
            (str(kernel.prefix), SESSION_PREFIX),
            (str(kernel.prefix.resolve()), SESSION_PREFIX),
        )

    def run(self, program):
        """Returns the kernel's answer to the program's last cell, and the sessions' answers by
        name."""
        if self._lost:
            give_up(f"not run, after {self._lost}")
        for cell in program.cells:
            try:
                answers, reply = self._run_cell(cell)
            except (OSError, requests.RequestException, AssertionError) as error:
                self._lose(program, str(error))
            for answer in answers.values():
                if answer.stderr.endswith(LAST_WORDS):
                    self._lose(program, answer.stderr)
        expected = expected_answer(reply, string_quotes=self._version == V2025_10)
        return self._normal(expected), {name: self._normal(each) for name, each in answers.items()}

    def end(self):
        self._threads.shutdown()
        for session in self._sessions.values():
            session.end()

    def _run_cell(self, cell):
        """Runs the cell on all sides at once."""
        self._kernel.begin(cell)
        try:
            running = {
                name: self._threads.submit(self._in_session, session, cell)
                for name, session in self._sessions.items()
            }
            answers = {name: each.result() for name, each in running.items()}
        finally:  # the kernel always answers; an unread answer would be taken for the next one
            reply = self._kernel.finish()
        return answers, reply

    def _lose(self, program, why):
        self._lost = f"{program}: {why}"
        self._failed_sides.lose(self._lost)
        give_up(self._lost)

    def _in_session(self, session, code):
        if self._version == V2024_02:
            answer = session.code_execute(code, timeoutInSeconds=PROGRAM_SECONDS)
            assert answer.status_code == 200, answer.text
            body = without_rounding(answer.text)["properties"]
            result = body["result"]
        else:
            limits = {"outputStreamsMaxLength": NO_CUT, "timeoutInSeconds": PROGRAM_SECONDS}
            answer = session.executions(code, **limits)
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
