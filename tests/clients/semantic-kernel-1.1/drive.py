"""The first Semantic Kernel with the plug-in, which speaks the dialect `python/*`. Its endpoint must
end with a slash, and the caller provides the token."""

import os
import tempfile
from pathlib import Path

import httpx
from azure.identity.aio import DefaultAzureCredential
from semantic_kernel.core_plugins.sessions_python_tool.sessions_python_plugin import (
    SessionsPythonTool,
)

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

ENDPOINT = os.environ["ACA_POOL_MANAGEMENT_ENDPOINT"] + "/"
WORK = Path(tempfile.mkdtemp(dir=os.environ.get("TMPDIR")))


async def token():
    async with DefaultAzureCredential() as credential:
        return (await credential.get_token("https://acasessions.io/.default")).token


tool = SessionsPythonTool(token, ENDPOINT, http_client=httpx.AsyncClient(timeout=60))


def shown(result="", stdout="", stderr=""):
    return f"Result:\n{result}Stdout:\n{stdout}Stderr:\n{stderr}"


@operation
async def run():
    equal(await tool.execute_code("print('hi')\n6 * 7"), shown(result=42, stdout="hi\n"))


@operation
async def state():
    await tool.execute_code("answer = 6 * 7")
    equal(await tool.execute_code("answer"), shown(result=42))


@operation
async def upload():
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
    equal((await tool.download_file(remote_file_path="cities.csv")).read(), CSV)


@operation
async def download_missing():
    wanted = tool.download_file(remote_file_path="missing.csv")
    error = await raises_async(httpx.HTTPStatusError, wanted)
    equal(error.response.status_code, 404)


@operation
async def figure():
    answer = await tool.execute_code(FIGURE)
    contains(answer, "Result:\n{'type': 'image', 'format': 'png', 'base64_data'")


@operation
async def error():
    answer = await tool.execute_code(FAILING)
    contains(answer, "Stdout:\nbefore\n")
    contains(answer, "ZeroDivisionError")


@operation
async def timeout():
    hurried = SessionsPythonTool(
        token,
        ENDPOINT,
        http_client=httpx.AsyncClient(timeout=0.5),
        settings=tool.settings.model_copy(),
    )
    await raises_async(httpx.ReadTimeout, hurried.execute_code(SLOW))
    equal(await tool.execute_code("answer"), shown(result=42))


run_operations()
