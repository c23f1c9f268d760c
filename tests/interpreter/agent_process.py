"""Takes the part of the server at the other end of the sockets and pipes of
sandbox/agents/python/agent.py."""

import dataclasses
import json
import os
import pathlib
import selectors
import signal
import socket
import subprocess
import time

REPOSITORY = pathlib.Path(__file__).parents[2]
AGENT = REPOSITORY / "sandbox/agents/python/agent.py"
PYTHON = os.environ.get("DYNSESSIONS_PYTHON", str(REPOSITORY / "build/python/bin/python3"))
CONTROL_FD = 3
TEXTS = (
    "base64",
    "text",
    "repr",
    "characters",
    "traceback",
    "displays",
)  # sorted as they arrive
TIMEOUT_SECONDS = 60  # only a hanging agent ever waits that long


@dataclasses.dataclass
class Result:
    ok: bool
    value: dict
    traceback: str
    stdout: bytes
    stderr: bytes
    displays: str = ""

    @property
    def out(self):
        return self.stdout.decode()

    @property
    def err(self):
        return self.stderr.decode()


def whole_frame(received):
    """Returns the frame with texts in place of their lengths; None if it is incomplete."""
    end = 4 + int.from_bytes(received[:4], "big")
    if len(received) < max(4, end):
        return None
    frame = json.loads(received[4:end])
    result = frame.get("result", {"value": {}})
    for where in (result["value"], result):
        for name in TEXTS:
            if name in where:
                begin, end = end, end + where[name]
                where[name] = received[begin:end].decode(errors="replace")
    if len(received) < end:
        return None
    assert len(received) == end, "more than one frame"
    return frame


class AgentProcess:
    """Starts the agent, feeds it programs and drains its streams while it waits."""

    def __init__(self, home):
        self._next_id = 1
        ours, theirs = socket.socketpair()
        pipes = [os.pipe(), os.pipe()]
        self._process = self._start(home, theirs, [write_end for _, write_end in pipes])
        theirs.close()
        for _, write_end in pipes:
            os.close(write_end)
        self.control = ours
        self._pipes = [read_end for read_end, _ in pipes]
        self._collected = {fd: b"" for fd in self._pipes}
        self._selector = selectors.DefaultSelector()
        for channel in (ours, *self._pipes):
            os.set_blocking(channel if isinstance(channel, int) else channel.fileno(), False)
            self._selector.register(channel, selectors.EVENT_READ)
        self.ready = self._receive()["ready"]

    @staticmethod
    def _start(home, control, outputs):
        # The shell puts each descriptor where the agent expects it; close_fds would close 3.
        numbers = (control.fileno(), *outputs)
        redirections = 'exec 3>&{} 1>&{} 2>&{}; exec "$@"'.format(*numbers)
        return subprocess.Popen(
            ["/bin/bash", "-c", redirections, "agent", PYTHON, str(AGENT)],
            stdin=subprocess.DEVNULL,
            pass_fds=numbers,
            start_new_session=True,
            cwd=home,
            env={"HOME": str(home), "TMPDIR": str(home), "PATH": os.environ["PATH"]},
        )

    def run(self, code, on_output=None, verb="execute", **members):
        """Returns the result of `code`. `on_output` is called once, at the first byte of output."""
        request_id = self.send_program(code, verb, **members)
        result = self._receive(on_output)["result"]
        self._drain()
        assert result.pop("id") == request_id
        streams = [self._collected[fd] for fd in self._pipes]
        self._collected = {fd: b"" for fd in self._pipes}
        return Result(**result, stdout=streams[0], stderr=streams[1])

    def send_program(self, code, verb="execute", **members):
        """Sends a program and returns its id; the caller must call receive_result() next."""
        request_id, self._next_id = self._next_id, self._next_id + 1
        payload = json.dumps({verb: {"id": request_id, "code": code, **members}}).encode()
        self.control.setblocking(True)
        self.control.sendall(len(payload).to_bytes(4, "big") + payload)
        self.control.setblocking(False)
        return request_id

    def interrupt(self):
        os.killpg(self._process.pid, signal.SIGINT)

    def wait(self):
        return self._process.wait(TIMEOUT_SECONDS)

    def leftover_output(self):
        """Returns the output since the last result."""
        self._drain()
        return b"".join(self._collected.values())

    def receive_result(self):
        return self._receive()["result"]

    def _receive(self, on_output=None):
        received = b""
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while (frame := whole_frame(received)) is None:
            assert time.monotonic() < deadline, "the agent does not answer"
            ready = {key.fileobj for key, _ in self._selector.select(1)}
            if self._drain() and on_output:
                on_output()
                on_output = None
            if self.control in ready:
                part = self.control.recv(1 << 20)
                assert part, f"the agent is gone; stderr: {self._collected[self._pipes[1]]}"
                received += part
        return frame

    def _drain(self):
        """Reads everything that is in the pipes. Returns whether there was anything."""
        heard = False
        for fd in self._pipes:
            try:
                while part := os.read(fd, 1 << 16):
                    self._collected[fd] += part
                    heard = True
            except BlockingIOError:
                continue
        return heard

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.control.close()
        try:
            os.killpg(self._process.pid, signal.SIGKILL)  # ends children of programs, too
        except ProcessLookupError:
            pass
        self._process.wait()
        self._selector.close()
        for fd in self._pipes:
            os.close(fd)
