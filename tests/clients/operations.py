"""Operations of a driver in Python: functions that raise unless the client did what its user wants.

`run_operations()` calls them in the order of their definition and prints a line of JSON for each.
An operation can be a coroutine; all operations of a driver share one event loop.
"""

import asyncio
import base64
import inspect
import json
import sys

CSV = b"city,people\nK\xc3\xb6ln,1087\nBonn,336\n"
READ_CSV = "import pandas as pd\nint(pd.read_csv('/mnt/data/cities.csv')['people'].sum())"
PEOPLE = 1423
FIGURE = "import matplotlib.pyplot as plt\nplt.plot([1, 4, 9])\nplt.show()"
FAILING = "print('before')\n1 / 0"
# Runs longer than a client waits, but not long: the next call to the session waits for its end.
SLOW = "import time\ntime.sleep(5)"

_operations = []


def operation(function):
    _operations.append(function)
    return function


def equal(found, expected):
    if found != expected:
        raise AssertionError(f"{found!r} instead of {expected!r}")


def contains(text, part):
    if part not in text:
        raise AssertionError(f"{part!r} is not in {text!r}")


def is_png(content):
    equal(content[:8], b"\x89PNG\r\n\x1a\n")


def is_png_result(result):
    """Returns whether the value is that of a program that drew a figure, in the dialects that wrap
    it."""
    equal((result["type"], result["format"]), ("image", "png"))
    is_png(base64.b64decode(result["base64_data"], validate=True))


def raises(error, call, *arguments, **named):
    """Returns the error of this type that the call must raise."""
    try:
        call(*arguments, **named)
    except error as raised:
        return raised
    raise AssertionError(f"no {error.__name__}")


async def raises_async(error, awaitable):
    try:
        await awaitable
    except error as raised:
        return raised
    raise AssertionError(f"no {error.__name__}")


def define_operations_of_wrapped_answers(execute, send_file, files, receive_file):
    """Defines the operations that are the same for all clients that return answers of
    `code/execute`.

    `execute(program)` returns the members of the answer, `send_file(name, content)` the path and the
    size that the client reports, `files()` names and sizes, `receive_file(name)` the content.
    """

    @operation
    def run():
        answer = execute("print('hi')\n6 * 7")
        equal((answer["status"], answer["stdout"], answer["result"]), ("Success", "hi\n", 42))

    @operation
    def state():
        equal(execute("answer = 6 * 7")["status"], "Success")
        equal(execute("answer")["result"], 42)

    @operation
    def upload():
        equal(send_file("cities.csv", CSV), ("/mnt/data/cities.csv", len(CSV)))
        equal(execute(READ_CSV)["result"], PEOPLE)

    @operation
    def list_files():
        equal(files(), [("cities.csv", len(CSV))])

    @operation
    def download():
        equal(receive_file("cities.csv"), CSV)

    @operation
    def error():
        answer = execute(FAILING)
        equal((answer["status"], answer["stdout"]), ("Failure", "before\n"))
        contains(answer["stderr"], "ZeroDivisionError")


async def _outcome(function):
    try:
        result = function()
        if inspect.isawaitable(result):
            await result
    except Exception as error:
        return {"ok": False, "detail": f"{type(error).__name__}: {error}"}
    return {"ok": True, "detail": ""}


async def _run_all():
    for function in _operations:
        outcome = await _outcome(function)
        print(json.dumps({"operation": function.__name__, **outcome}), file=_report, flush=True)


# Output of the client does not mix with the report's lines.
_report, sys.stdout = sys.stdout, sys.stderr


def run_operations():
    asyncio.run(_run_all())
