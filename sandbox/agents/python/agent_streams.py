"""A program's sys.stdout and sys.stderr, which behave like a kernel's and survive a program.

As in a kernel, the streams are `OutStream` objects, which have no buffer. They write to duplicates
of descriptors 1 and 2, so a program that closes or redirects those descriptors, or that closes
`sys.__stdout__`, still shows what it prints. C code and child processes write to descriptors 1 and
2, which are the same pipes. The order of all output is kept, because the streams do not buffer.

The agent calls restore() after each program, which undoes all changes of the program to the
descriptors and the stream objects. A program that assigns another stream to `sys.stdout` keeps it
for the next programs, as in a kernel; one that cannot be flushed ends with its program.
"""

import faulthandler
import io
import os
import sys
import threading
from typing import Optional

from agent_kernel import stand_in


@stand_in
class OutStream(io.TextIOBase):
    """A stream whose text is on the descriptor when write() returns, so that nothing is lost when
    the process dies."""

    __module__ = "ipykernel.iostream"

    encoding = "UTF-8"
    flush_interval = 0.2
    flush_timeout = 10
    echo = None

    def __init__(self, name, number):
        self.name = name
        self.topic = f"stream.{name}".encode()
        self.parent_header = {}
        self._number = number
        self._pipe = None  # identity of the pipe at descriptor `number`
        self._descriptor = None  # a duplicate of it
        self._unshown = None
        self._closed = False
        # A lock cannot be pickled, so neither can the stream; nor can a stream of a kernel.
        self._lock = threading.Lock()
        self.attach()
        self._own_names = {*vars(self), "_own_names"}

    def attach(self):
        """Attaches to this process's descriptor; called again in a fork of the zygote."""
        self._pipe = identity(self._number)
        self._descriptor = os.dup(self._number)
        self._unshown = os.open(os.devnull, os.O_WRONLY)

    def restore(self):
        """Undoes what the program did to the stream and its descriptors."""
        self._closed = False
        if vars(self).keys() != self._own_names:
            self._restore_methods()
        is_kept = identity(self._descriptor) == self._pipe
        is_in_place = identity(self._number) == self._pipe
        if is_kept and not is_in_place:
            os.dup2(self._descriptor, self._number)
        elif is_in_place and not is_kept:
            self._descriptor = os.dup(self._number)
        if identity(self._unshown) is None:
            self._unshown = os.open(os.devnull, os.O_WRONLY)

    def _restore_methods(self):
        """Removes what is no function from the places of methods."""
        for name in [name for name, value in vars(self).items() if not callable(value)]:
            if callable(getattr(type(self), name, None)):
                delattr(self, name)

    def write(self, string: str) -> Optional[int]:  # noqa: UP045 (what a kernel shows)
        if not isinstance(string, str):
            raise TypeError(f"write() argument must be str, not {type(string)}")
        if self._closed:
            raise ValueError("I/O operation on closed file")
        self.send(string)
        return len(string)

    def send(self, string):
        """Writes even if the program has closed the stream."""
        data = memoryview(encoded(string))
        while data:
            try:
                data = data[os.write(self._descriptor, data) :]
            except BlockingIOError:  # a child process, such as node, has made it non-blocking
                os.set_blocking(self._descriptor, True)

    def writelines(self, sequence):
        if self._closed:
            raise ValueError("I/O operation on closed file")
        for string in sequence:
            self.write(string)

    def flush(self):
        """Does nothing: there is no buffer. As in a kernel, a closed stream raises no error."""

    def fileno(self):
        """Returns a descriptor whose output is not shown. A kernel returns a copy of the descriptor
        with which it was started, whose output is not shown either."""
        return self._unshown

    def close(self):
        """Resets descriptor 1 or 2 to its state before the kernel's start, as a kernel does."""
        if not self._closed:
            self._closed = True
            os.dup2(self._unshown, self._number)

    @property
    def closed(self):
        return self._closed

    def isatty(self):
        return False

    def writable(self):
        return True

    def set_parent(self, parent):
        self.parent_header = parent


def encoded(text):
    """Encodes undecodable bytes to the original bytes, as a kernel does. Surrogates that stand for
    no byte make a kernel lose the output; here they are escaped."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace")


def identity(descriptor):
    """Identifies the pipe or file; returns None for a closed descriptor."""
    try:
        status = os.fstat(descriptor)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def install():
    """Installs and returns the streams for descriptors 1 and 2. faulthandler can only write to
    descriptors, so it writes to Python's original streams, as in a kernel."""
    sys.stdout, sys.stderr = OutStream("stdout", 1), OutStream("stderr", 2)
    faulthandler_enable, faulthandler_register = faulthandler.enable, faulthandler.register

    def enable(file=sys.__stderr__, all_threads=True, **kwargs):
        return faulthandler_enable(file=file, all_threads=all_threads, **kwargs)

    def register(signum, file=sys.__stderr__, all_threads=True, chain=False, **kwargs):
        return faulthandler_register(
            signum, file=file, all_threads=all_threads, chain=chain, **kwargs
        )

    faulthandler.enable, faulthandler.register = enable, register
    return sys.stdout, sys.stderr
