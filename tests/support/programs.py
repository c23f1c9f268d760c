"""Runs the programs of tests/sandbox/programs in a session, over HTTP, as a user's code would run,
and on the host as the positive control, where they must succeed."""

import json
import subprocess
from pathlib import Path

DIRECTORY = Path(__file__).parents[1] / "sandbox" / "programs"
SECONDS = 200  # below the 220 of the service; a busy machine is slow
CHARACTERS = 1_000_000
SHARED = ("attempt", "loopback")  # modules that programs import, in load order

_RUN = """
import json as _json, sys as _sys, types as _types
def _run(sources, name, arguments):
    for each, source in sources.items():
        module = _sys.modules[each] = _types.ModuleType(each)
        exec(compile(source, each + ".py", "exec"), module.__dict__)
    print(_json.dumps(_sys.modules[name].main(arguments)), flush=True)
"""


def source(program, arguments):
    """Returns Python text that prints as JSON what the program's `main` returns."""
    names = [*SHARED, program]
    sources = {name: (DIRECTORY / f"{name}.py").read_text() for name in names}
    return f"{_RUN}\n_run({sources!r}, {program!r}, _json.loads({json.dumps(arguments)!r}))"


def run_inside(session, program, kernel=None, **arguments):
    """Returns what the program's `main` returns in the session."""
    answer = session.executions(
        source(program, arguments),
        timeoutInSeconds=SECONDS,
        outputStreamsMaxLength=CHARACTERS,
        **(kernel or {}),
    )
    assert answer.status_code == 200, answer.text
    result = answer.json()["result"]
    assert result["stdout"], result["stderr"]
    return json.loads(result["stdout"].splitlines()[-1])


def run_outside(program, before=(), **arguments):
    """Returns what the program's `main` returns on the host; `before` is a command prefix."""
    ended = subprocess.run(
        [*before, "/usr/bin/python3", "-I", "-c", source(program, arguments)],
        cwd="/",
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout.splitlines()[-1])
