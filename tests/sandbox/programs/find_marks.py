"""Looks for what leave_marks.py left; returns what it found."""

import ctypes
import os
import socket

from attempt import attempt

libc = ctypes.CDLL(None, use_errno=True)


def connect(family, address):
    with socket.socket(family) as client:
        client.settimeout(5)
        client.connect(address)


def get(function, *arguments):
    if function(*arguments) < 0:
        raise OSError(ctypes.get_errno(), "get")


def mark_of_processes(mark):
    for name in os.listdir("/proc"):
        if name.isdigit() and int(name) != os.getpid():
            with open(f"/proc/{name}/comm") as file:
                if file.read().strip() == mark[:15]:
                    return
    raise FileNotFoundError(2, "no process has the mark")


def main(arguments):
    mark, key = arguments["mark"], arguments["key"]
    ways = {directory: lambda directory=directory: os.stat(os.path.join(directory, mark))
            for directory in ("/tmp", "/dev/shm", "/mnt/data")}
    ways |= {"abstract socket": lambda: connect(socket.AF_UNIX, "\0" + mark),
             "socket in /tmp": lambda: connect(socket.AF_UNIX, f"/tmp/{mark}.socket"),
             "loopback port": lambda: connect(socket.AF_INET, ("127.0.0.1", arguments["port"])),
             "shared memory": lambda: get(libc.shmget, key, 0, 0),
             "semaphore": lambda: get(libc.semget, key, 0, 0),
             "message queue": lambda: get(libc.msgget, key, 0),
             "process": lambda: mark_of_processes(mark),
             "signal": lambda: os.kill(arguments["host_pid"], 0)}
    return sorted(name for name, way in ways.items() if attempt(way) == "allowed")
