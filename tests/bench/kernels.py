"""What people would use instead: a Jupyter kernel, and IPython in one's own process."""

import contextlib
import io
import subprocess

from IPython.core.interactiveshell import InteractiveShell
from jupyter_client.manager import KernelManager
from traitlets.config import Config

SECONDS = 60


class JupyterKernel:
    """A kernel of this Python, started as notebooks do: another process, reached over ZeroMQ."""

    def __init__(self):
        self._manager = KernelManager()
        # Its warning that TCP is not encrypted; a kernel that fails is noticed below.
        self._manager.start_kernel(stderr=subprocess.DEVNULL)
        self._client = self._manager.client()
        self._client.start_channels()
        self._client.wait_for_ready(timeout=SECONDS)

    def execute(self, code):
        """The text of the last expression, once the kernel says it is idle again."""
        request = self._client.execute(code)
        value = None
        while True:
            message = self._client.get_iopub_msg(timeout=SECONDS)
            if message["parent_header"].get("msg_id") != request:
                continue
            if message["msg_type"] == "execute_result":
                value = message["content"]["data"]["text/plain"]
            if message["content"].get("execution_state") == "idle":
                return value

    def close(self):
        self._client.stop_channels()
        self._manager.shutdown_kernel(now=True)


class InProcessShell:
    """No process, no protocol: the floor under everything that runs cells in IPython."""

    def __init__(self):
        config = Config()
        config.HistoryManager.enabled = False
        self._shell = InteractiveShell(config=config)

    def execute(self, code):
        with contextlib.redirect_stdout(io.StringIO()):  # the display hook prints the value
            outcome = self._shell.run_cell(code)
        return outcome.result
