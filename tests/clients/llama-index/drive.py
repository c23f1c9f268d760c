"""LlamaIndex's tool, which reads its endpoint from the environment. It has no timeout."""

import asyncio
import os
import tempfile
from pathlib import Path

import requests
from llama_index.tools.azure_code_interpreter import AzureCodeInterpreterToolSpec

from operations import (
    FIGURE,
    SLOW,
    define_operations_of_wrapped_answers,
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


def send_file(name, content):
    (WORK / name).write_bytes(content)
    (file,) = tool.upload_file(local_file_path=str(WORK / name))
    return file.file_full_path, file.size_in_bytes


def files():
    return [(file.filename, file.size_in_bytes) for file in tool.list_files()]


def receive_file(name):
    return tool.download_file_to_local(f"/mnt/data/{name}").read()


define_operations_of_wrapped_answers(execute, send_file, files, receive_file)


@operation
def download_missing():
    equal(raises(requests.HTTPError, receive_file, "missing.csv").response.status_code, 404)


@operation
def figure():
    equal(execute(FIGURE)["result"]["saved_to_local_path"], True)
    (saved,) = WORK.glob(f"{tool.session_id}_*.png")
    is_png(saved.read_bytes())


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
