"""The client inside prefect-aca-sessions 1.x, used as its worker does: it starts a detached process
and polls it. No files are transferred."""

import asyncio
import json
import os
import uuid

import httpx
from prefect_aca_sessions.client import SessionExecutionError, SessionsClient
from prefect_aca_sessions.snippets import build_poll_code, build_start_code

from operations import FAILING, SLOW, contains, equal, operation, raises_async, run_operations

ENDPOINT, VERSION = os.environ["ACA_SESSIONS_POOL_MANAGEMENT_ENDPOINT"], "2025-10-02-preview"
IDENTIFIER = str(uuid.uuid4())
client = SessionsClient(ENDPOINT, VERSION)


@operation
async def run():
    answer = await client.execute(IDENTIFIER, "print('hi')")
    equal((answer.status, answer.stdout, answer.stderr), ("Succeeded", "hi\n", ""))


@operation
async def state():
    await client.execute(IDENTIFIER, "answer = 6 * 7")
    equal((await client.execute(IDENTIFIER, "print(answer)")).stdout, "42\n")


@operation
async def background_process():
    command = "echo working; sleep 0.2; echo done; exit 3"
    await client.execute(IDENTIFIER, build_start_code(command, {}, []))
    offset, log = 0, ""
    async with asyncio.timeout(60):
        while True:
            poll = json.loads((await client.execute(IDENTIFIER, build_poll_code(offset))).stdout)
            offset, log = poll["offset"], log + poll["log"]
            if poll["exit_code"] is not None:
                break
            await asyncio.sleep(0.1)
    equal((poll["exit_code"], log), (3, "working\ndone\n"))


@operation
async def error():
    raised = await raises_async(SessionExecutionError, client.execute(IDENTIFIER, FAILING))
    contains(str(raised), "'Failed'")
    contains(str(raised), "ZeroDivisionError")


@operation
async def timeout():
    async with SessionsClient(
        ENDPOINT, VERSION, http_client=httpx.AsyncClient(timeout=0.5)
    ) as hurried:
        await raises_async(httpx.ReadTimeout, hurried.execute(IDENTIFIER, SLOW))
    equal((await client.execute(IDENTIFIER, "print(answer)")).stdout, "42\n")


@operation
async def delete():
    await client.delete_session(IDENTIFIER)
    raised = await raises_async(SessionExecutionError, client.execute(IDENTIFIER, "print(answer)"))
    contains(str(raised), "NameError")


@operation
async def delete_missing():
    # Needs `--session-missing 404` (quirk 29).
    await client.delete_session(str(uuid.uuid4()))


run_operations()
