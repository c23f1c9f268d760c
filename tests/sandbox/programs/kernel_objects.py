"""Takes objects that the kernel counts per user: as many as possible, which it keeps, or one
more."""

import array
import ctypes
import errno
import fcntl
import os
import signal
import socket
import sys

from attempt import attempt, system_call

_libc = ctypes.CDLL(None, use_errno=True)
# Kept as long as the process lives; this module can be loaded again.
_kept = sys.__dict__.setdefault("kept_kernel_objects", [])
ADD_KEY, PROCESS_KEYRING = 248, -2
DESCRIPTORS_PER_MESSAGE = 250  # the kernel allows 253
ORDINARY_PIPE = 65536
ENOUGH = 2000


def _checked(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def inotify_instance():
    descriptor = _libc.inotify_init1(0)
    _checked(descriptor)
    _kept.append(descriptor)


def descriptors_in_flight():
    if not _kept:
        _kept.extend(socket.socketpair())
    sent = array.array("i", [0] * DESCRIPTORS_PER_MESSAGE)
    _kept[0].sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, sent)], socket.MSG_DONTWAIT)


def queued_signal():
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGRTMIN})
    _checked(_libc.sigqueue(os.getpid(), int(signal.SIGRTMIN), None))


def timer():
    _checked(_libc.timer_create(1, None, ctypes.byref(ctypes.c_void_p())))


def pipe_pages():
    """Returns the size of the largest possible pipe. A user with too many pages gets only small
    pipes."""
    _kept.append(os.pipe())
    if fcntl.fcntl(_kept[-1][0], fcntl.F_GETPIPE_SZ) < ORDINARY_PIPE:
        raise OSError(errno.EPERM, "a small pipe")
    fcntl.fcntl(_kept[-1][0], fcntl.F_SETPIPE_SZ, 1 << 20)


def key():
    name = b"dynsessions-%d" % len(_kept)
    _kept.append(name)
    answer = system_call(ADD_KEY, b"user", name, b"x", 1, PROCESS_KEYRING)
    if answer != "allowed":
        raise OSError(getattr(errno, answer), answer)


TAKE = {
    "inotify instances": inotify_instance,
    "descriptors in flight": descriptors_in_flight,
    "queued signals": queued_signal,
    "timers": timer,
    "pipe pages": pipe_pages,
    "keys": key,
}


def main(arguments):
    """Returns how many it got and the error that followed; `all`: tries until there is an error."""
    take = TAKE[arguments["kind"]]
    if not arguments["all"]:
        return attempt(take)
    for count in range(ENOUGH):
        answer = attempt(take)
        if answer != "allowed":
            return {"had": count, "error": answer}
    return {"had": ENOUGH, "error": None}
