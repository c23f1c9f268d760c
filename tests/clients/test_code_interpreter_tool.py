"""`azure-dynamic-sessions-code-interpreter`, unmodified: a stand-alone relative of LangChain's."""

import io
import json

import pytest
from azure_dynamic_sessions_code_interpreter import CodeInterpreterTool


@pytest.fixture
def tool(session):
    tool = CodeInterpreterTool(
        pool_management_endpoint=session.endpoint,
        session_id=session.identifier,
        max_retries=0,  # it sleeps between retries; a test needs the first answer
    )
    tool.access_token_provider = lambda: "test-token"  # its constructor accepts none
    return tool


def test_code_runs_and_its_state_lasts(tool):
    assert tool.execute("answer = 6 * 7")["status"] == "Success"
    assert tool.execute("answer")["result"] == 42


def test_a_tool_call_of_a_model_is_answered_with_json_text(tool):
    class ToolCall:
        call_id = "call-1"
        arguments = json.dumps({"python_code": "print('hi'); 6 * 7"})

    code = tool.get_tool_call_arguments(ToolCall, is_chat_completions_api=False)
    answer = tool.execute_tool_call(ToolCall, code, is_chat_completions_api=False)
    assert answer["call_id"] == "call-1"
    assert json.loads(answer["output"]) == {"result": 42, "stdout": "hi\n", "stderr": ""}


def test_files_go_there_and_back(tool, tmp_path):
    content = bytes(range(256)) * 1000
    local = tmp_path / "numbers.bin"
    local.write_bytes(content)
    from_disk = tool.upload_file(local_file_path=str(local))
    from_memory = tool.upload_file(data=io.BytesIO(content), remote_file_path="same numbers.bin")
    assert (from_disk.full_path, from_disk.size_in_bytes) == ("/mnt/data/numbers.bin", len(content))
    assert tool.list_files() == [from_disk, from_memory]
    for file in (from_disk, from_memory):
        assert tool.download_file(remote_file_path=file.filename).read() == content
