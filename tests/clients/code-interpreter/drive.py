"""azure-dynamic-sessions-code-interpreter, with a read timeout and without retries."""

import io
import os

import requests
from azure_dynamic_sessions_code_interpreter import CodeInterpreterTool

from operations import (
    FIGURE,
    SLOW,
    define_operations_of_wrapped_answers,
    equal,
    is_png_result,
    operation,
    raises,
    run_operations,
)

ENDPOINT = os.environ["POOL_MANAGEMENT_ENDPOINT"]
tool = CodeInterpreterTool(pool_management_endpoint=ENDPOINT)


def send_file(name, content):
    file = tool.upload_file(data=io.BytesIO(content), remote_file_path=name)
    return file.full_path, file.size_in_bytes


def files():
    return [(file.filename, file.size_in_bytes) for file in tool.list_files()]


def receive_file(name):
    return tool.download_file(remote_file_path=name).read()


define_operations_of_wrapped_answers(tool.execute, send_file, files, receive_file)


@operation
def download_missing():
    equal(raises(requests.HTTPError, receive_file, "missing.csv").response.status_code, 404)


@operation
def figure():
    is_png_result(tool.execute(FIGURE)["result"])


@operation
def timeout():
    # A retry would run the program again (api-spec/CLIENTS.md quirk 34).
    hurried = CodeInterpreterTool(
        pool_management_endpoint=ENDPOINT,
        session_id=tool.session_id,
        timeout_read=0.5,
        max_retries=0,
    )
    raises(requests.Timeout, hurried.execute, SLOW)
    equal(tool.execute("answer")["result"], 42)


run_operations()
