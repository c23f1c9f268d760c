"""LangChain's own tool, unmodified, against the server: langchain-azure-dynamic-sessions."""

import base64
import io
import json
import os

import pytest
import requests
from langchain_azure_dynamic_sessions import SessionsPythonREPLTool
from PIL import Image

SINE_PLOT = """
import matplotlib.pyplot as plt
import numpy as np

x = np.linspace(-2 * np.pi, 2 * np.pi, 400)
plt.plot(x, np.sin(x))
plt.title("Sine wave")
plt.xlabel("x")
plt.ylabel("sin(x)")
plt.grid(True)
plt.show()
"""


@pytest.fixture
def tool(session):
    return SessionsPythonREPLTool(
        pool_management_endpoint=session.endpoint,
        session_id=session.identifier,
        access_token_provider=lambda: "test-token",
    )


def test_invoke_gives_the_value_as_json_text(tool):
    assert tool.invoke("6 * 7") == '{\n  "result": 42,\n  "stdout": "",\n  "stderr": ""\n}'


def test_execute_gives_the_raw_answer(tool):
    answer = tool.execute("print('hi'); 6 * 7")
    assert (answer["status"], answer["result"]) == ("Success", 42)
    assert (answer["stdout"], answer["stderr"]) == ("hi\n", "")
    assert type(answer["executionTimeInMilliseconds"]) is int


def test_code_in_the_fences_a_model_puts_around_it_runs(tool):
    assert json.loads(tool.invoke("```python\n6 * 7\n```"))["result"] == 42


def test_a_failing_program_is_an_answer_with_its_traceback(tool):
    answer = tool.execute("print('before')\n1 / 0")
    assert (answer["status"], answer["stdout"], answer["result"]) == ("Failure", "before\n", None)
    assert "ZeroDivisionError: division by zero" in answer["stderr"]
    shown = json.loads(tool.invoke("1 / 0"))
    assert list(shown) == ["result", "stdout", "stderr"]
    assert "ZeroDivisionError" in shown["stderr"]


def test_state_lasts_from_call_to_call_and_stays_in_its_session(tool, emulator):
    assert tool.execute("import math\nsides = [3, 4]")["status"] == "Success"
    assert tool.execute("math.hypot(*sides)")["result"] == 5.0
    other = tool.model_copy(update={"session_id": emulator.session().identifier})
    assert "NameError" in other.execute("sides")["stderr"]


def test_uploaded_json_is_read_by_code_at_the_path_the_tool_returns(tool):
    content = b'{"important_data":[1,10,-1541]}'
    uploaded = tool.upload_file(data=io.BytesIO(content), remote_file_path="important_data.json")
    assert uploaded.full_path == "/mnt/data/important_data.json"
    assert uploaded.size_in_bytes == len(content)
    answer = tool.execute(
        f"import json\nwith open('{uploaded.full_path}') as f:\n    data = json.load(f)\n"
        "sum(data['important_data'])"
    )
    assert answer["result"] == -1530


@pytest.mark.parametrize(
    "name, content",
    [
        ("important_data.json", b'{"important_data":[1,10,-1541]}'),
        ("empty.txt", b""),
        ("every byte.bin", bytes(range(256))),
        ("Grüße aus Köln.txt", "ä\r\n\0ß".encode()),
        ("25 MB.bin", os.urandom(25_000_000)),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{len(value)} bytes",
)
def test_files_come_back_byte_for_byte(tool, name, content):
    uploaded = tool.upload_file(data=io.BytesIO(content), remote_file_path=name)
    assert (uploaded.filename, uploaded.size_in_bytes) == (name, len(content))
    assert tool.list_files() == [uploaded]
    assert tool.download_file(remote_file_path=name).read() == content


def test_directories_of_a_remote_name_are_dropped_unless_kept_by_choice(tool, emulator_factory):
    name = "reports/2026/first quarter.csv"
    assert tool.upload_file(data=io.BytesIO(b"1"), remote_file_path=name).filename == (
        "first quarter.csv"
    )
    keeping = emulator_factory("--upload-folders", "kept")
    tool = tool.model_copy(update={"pool_management_endpoint": keeping.endpoint})
    assert tool.upload_file(data=io.BytesIO(b"1"), remote_file_path=name).filename == name
    assert tool.download_file(remote_file_path=name).read() == b"1"


def test_files_are_listed_in_the_order_of_their_upload(tool):
    names = ["second.txt", "first.txt", "third.txt"]
    for name in names:
        tool.upload_file(data=io.BytesIO(name.encode()), remote_file_path=name)
    assert [file.filename for file in tool.list_files()] == names


def test_a_plot_is_a_png_that_a_person_would_recognise(tool):
    result = tool.execute(SINE_PLOT)["result"]
    assert (result["type"], result["format"]) == ("image", "png")
    with Image.open(io.BytesIO(base64.b64decode(result["base64_data"], validate=True))) as image:
        assert image.format == "PNG"
        assert min(image.size) >= 300
        # Paper, axes, grid and curve: at least four colours, and more from anti-aliasing.
        assert len(image.convert("RGB").getcolors(maxcolors=1 << 24)) > 4


def test_a_model_receives_the_plot_without_its_bytes(tool):
    shown = json.loads(tool.invoke(SINE_PLOT))
    assert shown["result"] == {"type": "image", "format": "png"}


def test_a_missing_file_raises_the_error_of_requests(tool):
    with pytest.raises(requests.HTTPError) as refused:
        tool.download_file(remote_file_path="never-uploaded.txt")
    assert refused.value.response.status_code == 404
