"""Checks whether something answers at an address; runs here and, as source, in sessions."""

import socket

SECONDS = 20  # a closed port refuses at once; an open one can be slow on a busy machine


def reach(address, port, device=None):
    """Returns "answered", or the reason why nothing answered.

    A completed handshake proves nothing, since slirp4netns completes it with the session itself.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as client:
        client.settimeout(SECONDS)
        try:
            if device:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
            client.connect((address, port))
            client.sendall(b"GET /greeting HTTP/1.0\r\n\r\n")
            return "answered" if client.recv(1) else "closed"
        except OSError as error:
            return type(error).__name__


def answer(listener):
    """Answers every client until the listener is shut down."""
    while True:
        try:
            connection = listener.accept()[0]
        except OSError:
            return
        with connection:
            connection.settimeout(SECONDS)
            try:
                connection.recv(4096)
                connection.sendall(b"here")
            except OSError:
                pass  # the client left or sent nothing
