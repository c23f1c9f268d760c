"""Semantic Kernel's plug-in. It reads its endpoint from ACA_POOL_MANAGEMENT_ENDPOINT and gives up
after five seconds, unless it is given another HTTP client."""

import os
import tempfile
from pathlib import Path

import httpx
from azure.identity import DefaultAzureCredential
from semantic_kernel import Kernel
from semantic_kernel.core_plugins.sessions_python_tool.sessions_python_plugin import (
    SessionsPythonTool,
)
from semantic_kernel.exceptions.function_exceptions import FunctionExecutionException

from operations import (
    CSV,
    FAILING,
    FIGURE,
    PEOPLE,
    READ_CSV,
    SLOW,
    contains,
    equal,
    operation,
    raises_async,
    run_operations,
)

WORK = Path(tempfile.mkdtemp(dir=os.environ.get("TMPDIR")))
tool = SessionsPythonTool(
    credential=DefaultAzureCredential(),
    enable_dangerous_file_uploads=True,
    allowed_upload_directories={str(WORK)},
)


def shown(status="Success", result="", stdout="", stderr=""):
    return f"Status:\n{status}\nResult:\n{result}\nStdout:\n{stdout}\nStderr:\n{stderr}"


@operation
async def run():
    equal(await tool.execute_code("print('hi')\n6 * 7"), shown(result=42, stdout="hi\n"))


@operation
async def state():
    equal(await tool.execute_code("answer = 6 * 7"), shown())
    equal(await tool.execute_code("answer"), shown(result=42))


@operation
async def run_by_the_kernel():
    kernel = Kernel()
    kernel.add_plugin(tool, "sessions")
    answer = await kernel.invoke(
        plugin_name="sessions", function_name="execute_code", code="answer"
    )
    equal(str(answer), shown(result=42))


@operation
async def upload():
    # The previous execution's header stays on the client: quirk 7.
    (WORK / "cities.csv").write_bytes(CSV)
    file = await tool.upload_file(local_file_path=str(WORK / "cities.csv"))
    equal((file.full_path, file.size_in_bytes), ("/mnt/data/cities.csv", len(CSV)))
    equal(await tool.execute_code(READ_CSV), shown(result=PEOPLE))


@operation
async def list_files():
    files = await tool.list_files()
    equal([(one.filename, one.size_in_bytes) for one in files], [("cities.csv", len(CSV))])


@operation
async def download():
    equal((await tool.download_file(remote_file_name="cities.csv")).read(), CSV)


@operation
async def download_missing():
    wanted = tool.download_file(remote_file_name="missing.csv")
    error = await raises_async(FunctionExecutionException, wanted)
    contains(str(error), "status code 404")


@operation
async def figure():
    answer = await tool.execute_code(FIGURE)
    contains(answer, "Result:\n{'type': 'image', 'format': 'png', 'base64_data'")


@operation
async def error():
    answer = await tool.execute_code(FAILING)
    contains(answer, "Status:\nFailure")
    contains(answer, "Stdout:\nbefore\n")
    contains(answer, "ZeroDivisionError")


@operation
async def timeout():
    hurried = SessionsPythonTool(
        credential=DefaultAzureCredential(),
        http_client=httpx.AsyncClient(timeout=0.5),
        settings=tool.settings.model_copy(),
    )
    await raises_async(httpx.ReadTimeout, hurried.execute_code(SLOW))
    equal(await tool.execute_code("answer"), shown(result=42))


run_operations()
