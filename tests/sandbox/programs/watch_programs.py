"""Watches the system's programs with inotify, runs one of them, and returns what the watch saw."""

import ctypes
import os
import struct
import subprocess

from attempt import attempt

_libc = ctypes.CDLL(None, use_errno=True)
IN_ACCESS, IN_MODIFY, IN_OPEN, IN_CLOSE_NOWRITE, IN_CREATE = 0x1, 0x2, 0x20, 0x10, 0x100
HEADER = struct.Struct("iIII")


def watch(directory, events):
    def add():
        if _libc.inotify_add_watch(descriptor, directory.encode(), events) < 0:
            raise OSError(ctypes.get_errno(), directory)

    descriptor = _libc.inotify_init1(os.O_NONBLOCK)
    return descriptor, attempt(add)


def names_seen(descriptor):
    """Returns the names in the events so far, and closes the watch."""
    try:
        events = os.read(descriptor, 1 << 16)
        os.close(descriptor)
    except OSError:  # there are none, or there is no watch
        return []
    names, at = set(), 0
    while at < len(events):
        size = HEADER.unpack_from(events, at)[3]
        at += HEADER.size + size
        names.add(events[at - size : at].rstrip(b"\0").decode())
    return sorted(names)


def main(arguments):
    reads = {"read": IN_ACCESS, "open": IN_OPEN, "close": IN_CLOSE_NOWRITE}
    refusals = {name: watch("/usr/bin", events)[1] for name, events in reads.items()}
    programs, _ = watch("/usr/bin", IN_ACCESS | IN_OPEN)
    changes, changes_answer = watch("/tmp", IN_CREATE | IN_MODIFY)
    subprocess.run(["/usr/bin/cksum", "/dev/null"], check=True, stdout=subprocess.DEVNULL)
    with open("/tmp/watched-for-changes", "w"):
        pass
    os.unlink("/tmp/watched-for-changes")
    return {"watch": refusals, "programs": names_seen(programs),
            "watch for changes": changes_answer,
            "changes": [name for name in names_seen(changes) if name.startswith("watched")]}
