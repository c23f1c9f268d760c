"""The alternatives: a Jupyter kernel, and IPython in the client's process."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from jupyter_client.manager import KernelManager
from traitlets.config import Config

SECONDS = 60
ROOT = Path(__file__).parents[2]
SESSION_PYTHON = os.environ.get("DYNSESSIONS_PYTHON", str(ROOT / "build/python/bin/python3"))


@dataclass
class Cell:
    """The outcome of one cell, in any kind of kernel."""

    stdout: str = ""
    value: object = ""  # the last expression's value: itself, its text/plain or its JSON
    image: str = ""  # PNG in base64

    def take(self, data):
        self.value = data.get("text/plain", self.value)
        self.image = data.get("image/png", self.image)


def as_in_a_session():
    """Returns a cell that finds the sessions' pandas and matplotlib, behind the existing path, and
    makes figures images."""
    ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
    directory = subprocess.check_output([SESSION_PYTHON, "-c", ask], text=True).strip()
    return f"import sys; sys.path.append({directory!r})\n%matplotlib inline"


class JupyterKernel:
    """A kernel of this Python, started as notebooks do: a separate process, reached over ZeroMQ."""

    def __init__(self):
        self._manager = KernelManager()
        # Hides the warning that TCP is not encrypted; a kernel that fails is noticed below.
        self._manager.start_kernel(stderr=subprocess.DEVNULL)
        self._client = self._manager.client()
        self._client.start_channels()
        self._client.wait_for_ready(timeout=SECONDS)

    def execute(self, code):
        """Returns the Cell, once the kernel reports that it is idle again."""
        request = self._client.execute(code)
        cell = Cell()
        while True:
            message = self._client.get_iopub_msg(timeout=SECONDS)
            if message["parent_header"].get("msg_id") != request:
                continue
            content = message["content"]
            if message["msg_type"] == "stream":
                cell.stdout += content["text"]
            cell.take(content.get("data", {}))
            if content.get("execution_state") == "idle":
                return cell

    def close(self):
        self._client.stop_channels()
        self._manager.shutdown_kernel(now=True)


class Shell(InteractiveShell):
    def enable_gui(self, gui=None):
        """Does nothing: figures are drawn without a GUI."""


class InProcessShell:
    """Runs cells without process and protocol: the lower bound for everything that runs cells in
    IPython."""

    def __init__(self):
        config = Config()
        config.HistoryManager.enabled = False
        self._shell = Shell.instance(config=config)

    def execute(self, code):
        with capture_output() as captured:
            outcome = self._shell.run_cell(code)
        outcome.raise_error()
        cell = Cell(captured.stdout, outcome.result)
        for output in captured.outputs:
            cell.take(output.data)
        return cell
