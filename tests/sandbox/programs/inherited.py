"""Returns all its descriptors with their targets, and its working directory."""

import os
import socket
import stat

from attempt import attempt


def kind(number):
    mode = os.fstat(number).st_mode
    if stat.S_ISSOCK(mode):
        own = socket.socket(fileno=os.dup(number))
        try:
            name, peer = own.getsockname(), own.getpeername()
        finally:
            own.close()
        return f"socket {name!r} {peer!r}"
    return os.readlink(f"/proc/self/fd/{number}").partition(":")[0]


def main(arguments):
    numbers = []
    for number in range(4096):
        try:
            numbers.append((number, kind(number)))
        except OSError:
            pass
    return {"descriptors": numbers, "directory": os.getcwd(), "root": os.readlink("/proc/self/root"),
            "controlling terminal": attempt(lambda: os.open("/dev/tty", os.O_RDWR))}
