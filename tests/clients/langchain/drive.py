"""LangChain's REPL tool. It has no timeout; a caller gives up by `asyncio.wait_for`."""

import asyncio
import io
import json
import os

import requests
from langchain_azure_dynamic_sessions import SessionsPythonREPLTool

from operations import (
    FIGURE,
    SLOW,
    contains,
    define_operations_of_wrapped_answers,
    equal,
    is_png_result,
    operation,
    raises,
    raises_async,
    run_operations,
)

tool = SessionsPythonREPLTool(
    pool_management_endpoint=os.environ["AZURE_DYNAMIC_SESSIONS_POOL_MANAGEMENT_ENDPOINT"]
)


def send_file(name, content):
    file = tool.upload_file(data=io.BytesIO(content), remote_file_path=name)
    return file.full_path, file.size_in_bytes


def files():
    return [(file.filename, file.size_in_bytes) for file in tool.list_files()]


def receive_file(name):
    return tool.download_file(remote_file_path=name).read()


define_operations_of_wrapped_answers(tool.execute, send_file, files, receive_file)


@operation
def invoke():
    equal(tool.invoke("6 * 7"), '{\n  "result": 42,\n  "stdout": "",\n  "stderr": ""\n}')


@operation
def download_missing():
    equal(raises(requests.HTTPError, receive_file, "missing.csv").response.status_code, 404)


@operation
def figure():
    is_png_result(tool.execute(FIGURE)["result"])
    equal(json.loads(tool.invoke(FIGURE))["result"], {"type": "image", "format": "png"})


@operation
async def timeout():
    await raises_async(TimeoutError, asyncio.wait_for(tool.ainvoke(SLOW), 0.5))
    equal(tool.execute("answer")["result"], 42)


@operation
def delete():
    before = tool.session_id
    tool._delete_session_sync(before)  # `delete_session` calls this in a thread that hides errors
    contains(tool.execute("answer")["stderr"], "NameError")
    tool.close()
    if tool.session_id == before:
        raise AssertionError("the tool keeps the identifier of the deleted session")


run_operations()
