"""Leaves something in every place that two processes of one machine can share."""

import ctypes
import fcntl
import os
import socket
import sys

from attempt import attempt

libc = ctypes.CDLL(None, use_errno=True)
IPC_CREAT = 0o1000
kept = []  # sockets and locks, as long as the interpreter lives


def write(path, mark):
    with open(path, "w") as file:
        file.write(mark)


def get(function, *arguments):
    if function(*arguments) < 0:
        raise OSError(ctypes.get_errno(), "get")


def listen(family, address):
    server = socket.socket(family)
    server.bind(address)
    server.listen()
    kept.append(server)


def main(arguments):
    mark, key = arguments["mark"], arguments["key"]
    ways = {directory: lambda directory=directory: write(os.path.join(directory, mark), mark)
            for directory in ("/tmp", "/dev/shm", "/mnt/data")}
    ways |= {"abstract socket": lambda: listen(socket.AF_UNIX, "\0" + mark),
             "socket in /tmp": lambda: listen(socket.AF_UNIX, f"/tmp/{mark}.socket"),
             "loopback port": lambda: listen(socket.AF_INET, ("127.0.0.1", arguments["port"])),
             "shared memory": lambda: get(libc.shmget, key, 4096, IPC_CREAT | 0o666),
             "semaphore": lambda: get(libc.semget, key, 1, IPC_CREAT | 0o666),
             "message queue": lambda: get(libc.msgget, key, IPC_CREAT | 0o666)}
    lock = open(sys.executable, "rb")
    fcntl.flock(lock, fcntl.LOCK_SH)
    kept.append(lock)
    return sorted(name for name, way in ways.items() if attempt(way) == "allowed")
