"""Helpers of the programs that reach out: connecting, and their own loopback as the control."""

import socket
import threading

SECONDS = 5


def connect(family, address):
    with socket.socket(family, socket.SOCK_STREAM) as client:
        client.settimeout(SECONDS)
        client.connect(address)


def own_loopback():
    with socket.create_server(("127.0.0.1", 0)) as server:
        answer = threading.Thread(target=lambda: server.accept()[0].close())
        answer.start()
        connect(socket.AF_INET, server.getsockname())
        answer.join()
