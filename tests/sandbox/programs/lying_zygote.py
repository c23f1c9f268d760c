"""A zygote that claims to have forked and confined an interpreter, and has not. Its last argument
but one is the process that it names instead."""

import ctypes
import os
import socket
import struct
import sys
import time

lie, uid = sys.argv[-2:]
if ctypes.PyDLL("/opt/dynsessions/zygote_fork.so").dynsessions_shed_privileges(int(uid)) != 0:
    sys.exit("privileges stay")
launcher = socket.socket(fileno=3)
launcher.send(b"\n")
launcher.recv(1 << 16)  # the plan
while True:
    _, fds, _, _ = socket.recv_fds(launcher, 4, 16)
    report = socket.socket(fileno=fds[7])
    pid = os.fork()
    if pid == 0:
        os.closerange(3, 64)
        if lie == "unconfined":
            time.sleep(60)
        os._exit(0)
    named = {"unconfined": pid, "dead": pid, "the launcher": 1, "itself": os.getpid()}[lie]
    report.send(struct.pack("ii64s", 0, named, b""))
    report.close()
    for fd in (*fds[:7], *fds[8:]):
        os.close(fd)
