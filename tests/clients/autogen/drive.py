"""AutoGen's executor over aiohttp, with the default credential."""

import asyncio
import os
import tempfile
from pathlib import Path

from autogen_core import CancellationToken
from autogen_core.code_executor import CodeBlock
from autogen_ext.code_executors.azure import ACADynamicSessionsCodeExecutor
from azure.identity import DefaultAzureCredential

from operations import (
    CSV,
    FAILING,
    SLOW,
    contains,
    equal,
    is_png,
    operation,
    raises_async,
    run_operations,
)

WORK = Path(tempfile.mkdtemp(dir=os.environ.get("TMPDIR")))


def executor_with(timeout, session_id=None):
    return ACADynamicSessionsCodeExecutor(
        pool_management_endpoint=os.environ["AZURE_POOL_MANAGEMENT_ENDPOINT"],
        credential=DefaultAzureCredential(),
        work_dir=WORK,
        timeout=timeout,
        session_id=session_id,
    )


executor = executor_with(timeout=60)


async def execute(*programs, by=executor):
    blocks = [CodeBlock(code=program, language="python") for program in programs]
    result = await by.execute_code_blocks(blocks, CancellationToken())
    return result.exit_code, result.output


@operation
async def run():
    equal(await execute("print('hi')\n6 * 7"), (0, "hi\n42"))


@operation
async def state():
    equal(await execute("answer = 6 * 7", "answer"), (0, "42"))
    equal(await execute("answer"), (0, "42"))


@operation
async def packages():
    found = await executor.get_available_packages(CancellationToken())
    equal({"pandas", "numpy", "matplotlib", "polars"} - found, set())


@operation
async def upload():
    (WORK / "cities.csv").write_bytes(CSV)
    await executor.upload_files(["cities.csv"], CancellationToken())
    equal(await execute("print(open('cities.csv').readline())"), (0, "city,people\n\n"))


@operation
async def list_files():
    equal(await executor.get_file_list(CancellationToken()), ["cities.csv"])


@operation
async def download():
    (WORK / "cities.csv").unlink()
    await executor.download_files(["cities.csv"], CancellationToken())
    equal((WORK / "cities.csv").read_bytes(), CSV)


@operation
async def download_missing():
    wanted = executor.download_files(["missing.csv"], CancellationToken())
    await raises_async(FileNotFoundError, wanted)


@operation
async def figure():
    # The executor converts every result to text, so a figure is saved and downloaded.
    drawn = await execute(
        "import matplotlib.pyplot as plt\nplt.plot([1, 4, 9])\nplt.savefig('plot.png')\nplt.close()"
    )
    equal(drawn, (0, ""))
    await executor.download_files(["plot.png"], CancellationToken())
    is_png((WORK / "plot.png").read_bytes())


@operation
async def error():
    code, output = await execute(FAILING)
    equal(code, 1)
    contains(output, "before\n")
    contains(output, "ZeroDivisionError")


@operation
async def timeout():
    hurried = executor_with(timeout=1, session_id=executor._session_id)
    await raises_async(asyncio.TimeoutError, execute(SLOW, by=hurried))
    equal(await execute("answer"), (0, "42"))


@operation
async def restart():
    await executor.restart()
    code, output = await execute("answer")
    equal(code, 1)
    contains(output, "NameError")


run_operations()
