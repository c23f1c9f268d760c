"""LangChain's REPL tool. It has no timeout of its own; a caller gives up by `asyncio.wait_for`."""

import asyncio
import io
import json
import os

import requests
from langchain_azure_dynamic_sessions import SessionsPythonREPLTool
from operations import (
    CSV,
    FAILING,
    FIGURE,
    PEOPLE,
    READ_CSV,
    SLOW,
    contains,
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


@operation
def run():
    equal(tool.invoke("6 * 7"), '{\n  "result": 42,\n  "stdout": "",\n  "stderr": ""\n}')


@operation
def state():
    equal(tool.execute("answer = 6 * 7")["status"], "Success")
    equal(tool.execute("print(answer)")["stdout"], "42\n")


@operation
def upload():
    file = tool.upload_file(data=io.BytesIO(CSV), remote_file_path="cities.csv")
    equal((file.full_path, file.size_in_bytes), ("/mnt/data/cities.csv", len(CSV)))
    equal(tool.execute(READ_CSV)["result"], PEOPLE)


@operation
def list_files():
    listed = [(file.filename, file.size_in_bytes) for file in tool.list_files()]
    equal(listed, [("cities.csv", len(CSV))])


@operation
def download():
    equal(tool.download_file(remote_file_path="cities.csv").read(), CSV)


@operation
def download_missing():
    error = raises(requests.HTTPError, tool.download_file, remote_file_path="missing.csv")
    equal(error.response.status_code, 404)


@operation
def figure():
    is_png_result(tool.execute(FIGURE)["result"])
    equal(json.loads(tool.invoke(FIGURE))["result"], {"type": "image", "format": "png"})


@operation
def error():
    answer = json.loads(tool.invoke(FAILING))
    equal(answer["stdout"], "before\n")
    contains(answer["stderr"], "ZeroDivisionError")


@operation
async def timeout():
    await raises_async(TimeoutError, asyncio.wait_for(tool.ainvoke(SLOW), 0.5))
    equal(tool.execute("answer")["result"], 42)


@operation
def delete():
    before = tool.session_id
    tool._delete_session_sync(before)  # as `delete_session`, which hides errors in a thread
    contains(tool.execute("answer")["stderr"], "NameError")
    tool.close()
    if tool.session_id == before:
        raise AssertionError("the tool keeps the identifier of the deleted session")


run_operations()
