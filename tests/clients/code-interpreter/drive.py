"""azure-dynamic-sessions-code-interpreter, with a read timeout and without retries."""

import io
import os

import requests
from azure_dynamic_sessions_code_interpreter import CodeInterpreterTool
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
    run_operations,
)

ENDPOINT = os.environ["POOL_MANAGEMENT_ENDPOINT"]
tool = CodeInterpreterTool(pool_management_endpoint=ENDPOINT)


@operation
def run():
    answer = tool.execute("print('hi')\n6 * 7")
    equal((answer["status"], answer["stdout"], answer["result"]), ("Success", "hi\n", 42))


@operation
def state():
    equal(tool.execute("answer = 6 * 7")["status"], "Success")
    equal(tool.execute("answer")["result"], 42)


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


@operation
def error():
    answer = tool.execute(FAILING)
    equal((answer["status"], answer["stdout"]), ("Failure", "before\n"))
    contains(answer["stderr"], "ZeroDivisionError")


@operation
def timeout():
    # A retry would run the program again (api-spec/CLIENTS.md quirk 34).
    impatient = CodeInterpreterTool(
        pool_management_endpoint=ENDPOINT,
        session_id=tool.session_id,
        timeout_read=0.5,
        max_retries=0,
    )
    raises(requests.Timeout, impatient.execute, SLOW)
    equal(tool.execute("answer")["result"], 42)


run_operations()
