"""Leaves something in every place that two processes of one machine may share."""

import ctypes
import fcntl
import os
import socket
import sys

libc = ctypes.CDLL(None, use_errno=True)
IPC_CREAT = 0o1000
kept = []  # sockets and locks, as long as the interpreter lives


def listen(family, address):
    server = socket.socket(family)
    server.bind(address)
    server.listen()
    kept.append(server)


def main(arguments):
    mark, key = arguments["mark"], arguments["key"]
    for folder in ("/tmp", "/dev/shm", "/mnt/data"):
        with open(os.path.join(folder, mark), "w") as file:
            file.write(mark)
    listen(socket.AF_UNIX, "\0" + mark)
    listen(socket.AF_UNIX, f"/tmp/{mark}.socket")
    listen(socket.AF_INET, ("127.0.0.1", arguments["port"]))
    made = [libc.shmget(key, 4096, IPC_CREAT | 0o666), libc.semget(key, 1, IPC_CREAT | 0o666),
            libc.msgget(key, IPC_CREAT | 0o666)]
    lock = open(sys.executable, "rb")
    fcntl.flock(lock, fcntl.LOCK_SH)
    kept.append(lock)
    return {"made": [number >= 0 for number in made], "pid": os.getpid()}
