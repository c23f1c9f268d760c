"""The Jupyter Kernel Gateway: kernels over HTTP and a WebSocket, as remote notebooks use them."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
import uuid

import websocket

SECONDS = 60


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class Gateway:
    """A running gateway. `seconds_to_serve`: from the start of the process to its first answer."""

    def __init__(self):
        self.port = free_port()
        started = time.perf_counter()
        command = [sys.executable, "-m", "kernel_gateway", f"--KernelGatewayApp.port={self.port}"]
        self._process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=dict(os.environ)
        )
        while not self._answers():
            assert self._process.poll() is None, self._process.returncode
            time.sleep(0.005)
        self.seconds_to_serve = time.perf_counter() - started

    def _answers(self):
        try:
            self.request("GET", "/api")
            return True
        except ConnectionError:
            return False

    def request(self, method, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        connection.request(method, path)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        assert answer.status < 300, (answer.status, body)
        return body

    def close(self):
        self._process.terminate()
        self._process.wait(SECONDS)


class GatewayKernel:
    """One kernel of the gateway, used as a notebook uses it."""

    def __init__(self, gateway):
        self._gateway = gateway
        self._id = json.loads(gateway.request("POST", "/api/kernels"))["id"]
        address = f"ws://127.0.0.1:{gateway.port}/api/kernels/{self._id}/channels"
        self._socket = websocket.create_connection(address, timeout=SECONDS)

    def execute(self, code):
        """Returns the last expression's text, once the kernel has answered and is idle again."""
        request, value, waiting_for = uuid.uuid4().hex, "", {"idle", "reply"}
        self._socket.send(execute_request(request, code))
        while waiting_for:
            # The gateway sends a cell's messages one by one, each after the previous one was
            # acknowledged. With the usual delay of 40 ms for an acknowledgement, the benchmark
            # would measure the client.
            self._socket.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            message = json.loads(self._socket.recv())
            if message["parent_header"].get("msg_id") != request:
                continue
            content = message["content"]
            value = content.get("data", {}).get("text/plain", value)
            if content.get("execution_state") == "idle":
                waiting_for.discard("idle")
            if message["msg_type"] == "execute_reply":
                waiting_for.discard("reply")
                assert content["status"] == "ok", content
        return value

    def close(self):
        self._socket.close()
        self._gateway.request("DELETE", f"/api/kernels/{self._id}")


def execute_request(message_id, code):
    header = {"msg_id": message_id, "msg_type": "execute_request", "version": "5.3"}
    content = {"code": code, "silent": False, "store_history": True, "allow_stdin": False}
    return json.dumps(
        {
            "header": header | {"username": "bench", "session": "bench"},
            "parent_header": {},
            "metadata": {},
            "content": content,
            "channel": "shell",
        }
    )
