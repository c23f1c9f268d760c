"""LlamaIndex's tool, which reads its endpoint from the environment. It has no timeout."""

import asyncio
import os
import tempfile
from pathlib import Path

import requests
from llama_index.tools.azure_code_interpreter import AzureCodeInterpreterToolSpec
from operations import (
    CSV,
    FAILING,
    FIGURE,
    PEOPLE,
    READ_CSV,
    SLOW,
    contains,
    equal,
    is_png,
    operation,
    raises,
    raises_async,
    run_operations,
)

WORK = Path(tempfile.mkdtemp(dir=os.environ.get("TMPDIR")))
tool = AzureCodeInterpreterToolSpec(local_save_path=str(WORK))


def execute(program):
    return tool.code_interpreter(program)["properties"]


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
    (WORK / "cities.csv").write_bytes(CSV)
    (file,) = tool.upload_file(local_file_path=str(WORK / "cities.csv"))
    equal((file.file_full_path, file.size_in_bytes), ("/mnt/data/cities.csv", len(CSV)))
    equal(execute(READ_CSV)["result"], PEOPLE)


@operation
def list_files():
    listed = [(file.filename, file.size_in_bytes) for file in tool.list_files()]
    equal(listed, [("cities.csv", len(CSV))])


@operation
def download():
    equal(tool.download_file_to_local("/mnt/data/cities.csv").read(), CSV)


@operation
def download_missing():
    error = raises(requests.HTTPError, tool.download_file_to_local, "missing.csv")
    equal(error.response.status_code, 404)


@operation
def figure():
    equal(execute(FIGURE)["result"]["saved_to_local_path"], True)
    (saved,) = WORK.glob(f"{tool.session_id}_*.png")
    is_png(saved.read_bytes())


@operation
def error():
    answer = execute(FAILING)
    equal((answer["status"], answer["stdout"]), ("Failure", "before\n"))
    contains(answer["stderr"], "ZeroDivisionError")


@operation
async def timeout():
    slow = asyncio.to_thread(execute, SLOW)
    await raises_async(TimeoutError, asyncio.wait_for(slow, 0.5))
    equal(execute("answer")["result"], 42)


@operation
def tools_of_an_agent():
    names = [one.metadata.name for one in tool.to_tool_list()]
    equal(names, ["code_interpreter", "list_files"])


run_operations()
