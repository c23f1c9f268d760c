"""Makes pairs of sockets; a pair of datagrams could send to any path or abstract name."""

import socket

from attempt import attempt


def make(family, kind):
    for end in socket.socketpair(family, kind):
        end.close()


def main(arguments):
    return {"stream": attempt(lambda: make(socket.AF_UNIX, socket.SOCK_STREAM)),
            "packets": attempt(lambda: make(socket.AF_UNIX, socket.SOCK_SEQPACKET)),
            "datagrams": attempt(lambda: make(socket.AF_UNIX, socket.SOCK_DGRAM)),
            "datagrams, not blocking":
                attempt(lambda: make(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK))}
