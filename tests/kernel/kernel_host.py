"""Runs Jupyter kernels for tests that run in another Python; started by real_kernel.py.

A line of JSON comes in on stdin, one goes out on stdout:

    {"start": {"python": PATH, "home": PATH, "environment": {...}}}   a fresh kernel -> {}
    {"execute": CODE}   -> {"ok": bool, "messages": [{"type": ..., "content": ...}, ...]}

The kernel is the ipykernel of that Python.
"""

import fcntl
import json
import os
import pathlib
import signal
import sys
import tempfile
import termios
import time
import uuid

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager

SETTINGS = pathlib.Path(__file__).with_name("kernel_settings.py")
SECONDS = 120
# Output of child processes and C code reaches a kernel through a pipe and a separate thread, and
# can arrive after the program's end; once the thread has read it, the kernel's next answer brings
# the last of it.
LATE_OUTPUT_SECONDS = 0.01
OUTPUT = {"stream", "display_data", "update_display_data", "execute_result", "error"}


def bytes_in(path, pipe):
    """Returns how many bytes are still unread; 0 if the program has replaced the pipe."""
    try:
        if not pipe.startswith("pipe:") or os.readlink(path) != pipe:
            return 0
        opened = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return 0
    try:
        return int.from_bytes(fcntl.ioctl(opened, termios.FIONREAD, bytes(4)), sys.byteorder)
    finally:
        os.close(opened)


class Kernel:
    def __init__(self, python, home, environment):
        argv = [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        profile = pathlib.Path(home, ".ipython/profile_default")
        profile.mkdir(parents=True)
        (profile / "ipython_kernel_config.py").write_text(SETTINGS.read_text())
        runtime = pathlib.Path(home, ".local/share/jupyter/runtime")
        runtime.mkdir(parents=True)
        # Uses sockets in a directory, because another test could take a port that was free a moment
        # ago.
        self._sockets = tempfile.TemporaryDirectory(prefix="kernel-")
        self._manager = KernelManager(
            connection_file=f"{runtime}/kernel-{uuid.uuid4()}.json",
            transport="ipc",
            ip=f"{self._sockets.name}/s",
        )
        self._manager._kernel_spec = KernelSpec(argv=argv, language="python")
        log = os.open(f"{home}/kernel.log", os.O_WRONLY | os.O_CREAT)
        self._manager.start_kernel(cwd=home, env=environment, stdout=log, stderr=log)
        os.close(log)
        self._client = self._manager.client()
        self._client.start_channels()
        self._client.wait_for_ready(timeout=SECONDS)
        paths = (f"/proc/{self._manager.provisioner.pid}/fd/{stream}" for stream in (1, 2))
        self._pipes = {path: os.readlink(path) for path in paths}

    def execute(self, code):
        request = self._client.execute(code, allow_stdin=False)
        messages = self._messages_until_idle(request)
        reply = self._reply_to(request)
        self._await_empty_pipes()
        time.sleep(LATE_OUTPUT_SECONDS)
        messages += self._messages_until_idle(self._client.kernel_info())
        return {"ok": reply["status"] == "ok", "messages": messages}

    def _await_empty_pipes(self):
        """Waits until the kernel has read what is in the pipes of its streams."""
        end = time.monotonic() + SECONDS
        for path, pipe in self._pipes.items():
            while bytes_in(path, pipe) and time.monotonic() < end:
                time.sleep(LATE_OUTPUT_SECONDS)

    def _reply_to(self, request):
        while True:
            message = self._client.get_shell_msg(timeout=SECONDS)
            if message["parent_header"].get("msg_id") == request:
                return message["content"]

    def _messages_until_idle(self, request):
        messages = []
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            message = self._client.get_iopub_msg(timeout=SECONDS)
            kind, content = message["msg_type"], message["content"]
            if kind in OUTPUT:
                messages.append({"type": kind, "content": content})
            is_ours = message["parent_header"].get("msg_id") == request
            if is_ours and content.get("execution_state") == "idle":
                return messages
        raise TimeoutError("the kernel is not idle")

    def close(self):
        self._client.stop_channels()
        self._manager.shutdown_kernel(now=True)
        self._sockets.cleanup()


def main():
    # Kernels inherit what this process ignores: a test run ignores SIGHUP under nohup, and SIGQUIT in
    # the background of a script.
    for ignored in (signal.SIGHUP, signal.SIGQUIT):
        signal.signal(ignored, signal.SIG_DFL)
    kernel = None
    for line in sys.stdin:
        request = json.loads(line)
        answer = {}
        if "start" in request:
            if kernel:
                kernel.close()
            kernel = Kernel(**request["start"])
        else:
            answer = kernel.execute(request["execute"])
        print(json.dumps(answer), flush=True)
    if kernel:
        kernel.close()


if __name__ == "__main__":
    main()
