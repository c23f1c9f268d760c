"""Makes device nodes in a directory; a pipe is the positive control."""

import os
import stat

from attempt import attempt

NODES = {"character": (stat.S_IFCHR, os.makedev(1, 3)), "block": (stat.S_IFBLK, os.makedev(7, 0)),
         "pipe": (stat.S_IFIFO, 0)}


def make(path, kind, device):
    os.mknod(path, kind | 0o666, device)
    os.unlink(path)


def main(arguments):
    os.chdir(arguments["directory"])
    path = f"node-{os.getpid()}"
    return {name: attempt(lambda: make(path, *node)) for name, node in NODES.items()}
