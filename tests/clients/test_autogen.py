"""AutoGen's `ACADynamicSessionsCodeExecutor`, unmodified: autogen-ext over aiohttp."""

import asyncio
import types

import pytest
from autogen_core import CancellationToken
from autogen_core.code_executor import CodeBlock
from autogen_ext.code_executors.azure import ACADynamicSessionsCodeExecutor


class AnyToken:
    def get_token(self, *_scopes, **_options):
        return types.SimpleNamespace(token="test-token", expires_on=0)


def executor_of(session, work_dir, timeout=60):
    return ACADynamicSessionsCodeExecutor(
        pool_management_endpoint=session.endpoint,
        credential=AnyToken(),
        timeout=timeout,
        work_dir=work_dir,
        session_id=session.identifier,
    )


@pytest.fixture
def executor(session, tmp_path):
    return executor_of(session, tmp_path)


def run(executor, *code):
    blocks = [CodeBlock(code=text, language="python") for text in code]
    return asyncio.run(executor.execute_code_blocks(blocks, CancellationToken()))


# Each of these runs the client's set-up first: it lists the packages with pkg_resources and changes
# to /mnt/data.
@pytest.mark.parametrize(
    "code, output",
    [
        (["print('hello world!')"], "hello world!\n"),
        (["import sys; sys.stderr.write('to stderr')\nprint('to stdout')"], "to stderrto stdout\n"),
        (["answer = 6 * 7", "answer"], "42"),
        (["import os\nprint(os.getcwd())"], "/mnt/data\n"),
    ],
    ids=["output", "both streams", "state between blocks", "working directory"],
)
def test_blocks_run_and_their_output_is_what_the_program_wrote(executor, code, output):
    result = run(executor, *code)
    assert (result.exit_code, result.output) == (0, output)


def test_a_failing_block_has_exit_code_1_and_its_traceback(executor):
    result = run(executor, "print('before')\n1 / 0")
    assert result.exit_code == 1
    assert "ZeroDivisionError" in result.output
    assert "before" in result.output


def test_the_packages_of_the_session_are_listed_by_name(executor):
    assert run(executor, "pass").exit_code == 0
    packages = asyncio.run(executor.get_available_packages(CancellationToken()))
    assert {"pandas", "numpy", "matplotlib", "polars"} <= packages


def test_files_sent_in_chunks_come_back_byte_for_byte(executor, tmp_path):
    files = {"small.txt": b"testing", "large.bin": bytes(range(256)) * 20_000}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    names = list(files)
    token = CancellationToken()
    asyncio.run(executor.upload_files(names, token))
    for name in names:
        (tmp_path / name).unlink()
    assert asyncio.run(executor.get_file_list(token)) == names
    asyncio.run(executor.download_files(names, token))
    assert {name: (tmp_path / name).read_bytes() for name in names} == files


def test_a_client_that_gives_up_leaves_its_session_serving(executor, session, tmp_path):
    run(executor, "kept = 42")
    with pytest.raises(asyncio.TimeoutError):
        run(executor_of(session, tmp_path, timeout=1), "import time\ntime.sleep(30)")
    assert run(executor, "kept").output == "42"
