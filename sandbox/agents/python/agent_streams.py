"""A program's sys.stdout and sys.stderr: as a kernel's, and out of a program's reach.

As in a kernel, the streams are `OutStream` objects, which have no buffer. They write to duplicates
of descriptors 1 and 2, so a program that closes or redirects those descriptors, or that closes
`sys.__stdout__`, still shows what it prints. C code and child processes write to descriptors 1 and
2, behind which are the same pipes: their order holds, because no output is kept back here.

The agent calls restore() after each program, so that nothing a program does to the descriptors or
the stream objects outlives it. A program that assigns another object to `sys.stdout` keeps it for
the next programs, as in a kernel.
"""

import contextlib
import faulthandler
import io
import os
import sys

from agent_kernel import stand_in


@stand_in
class OutStream(io.TextIOBase):
    """Text that is on the descriptor when write() returns, so that nothing is lost when the process
    dies."""

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
        self._pipe = None  # what descriptor `number` is
        self._descriptor = None  # a duplicate of it
        self._unshown = None
        self._closed = False
        self.attach()

    def attach(self):
        """To this process's descriptor, in a fork of the zygote once more."""
        self._pipe = identity(self._number)
        self._descriptor = os.dup(self._number)
        self._unshown = os.open(os.devnull, os.O_WRONLY)

    def restore(self):
        """Undoes what the program did to the stream and its descriptors."""
        self._closed = False
        is_kept = identity(self._descriptor) == self._pipe
        is_in_place = identity(self._number) == self._pipe
        if is_kept and not is_in_place:
            os.dup2(self._descriptor, self._number)
        elif is_in_place and not is_kept:
            self._descriptor = os.dup(self._number)
        if identity(self._unshown) is None:
            self._unshown = os.open(os.devnull, os.O_WRONLY)

    def write(self, string):
        if not isinstance(string, str):
            raise TypeError(f"write() argument must be str, not {type(string)}")
        if self._closed:
            raise ValueError("I/O operation on closed file")
        self.send(string)
        return len(string)

    def send(self, string):
        """Even if the program has closed the stream."""
        data = memoryview(encoded(string))
        while data:
            try:
                data = data[os.write(self._descriptor, data) :]
            except BlockingIOError:  # a child process, such as node, has made the pipe so
                os.set_blocking(self._descriptor, True)

    def writelines(self, sequence):
        if self._closed:
            raise ValueError("I/O operation on closed file")
        for string in sequence:
            self.write(string)

    def flush(self):
        """Nothing is kept back. Of a closed stream it is no error in a kernel, either."""

    def fileno(self):
        """A kernel's is a copy of the descriptor that it was started with, and what is written
        there is not shown."""
        return self._unshown

    def close(self):
        """As in a kernel, descriptor 1 or 2 is then what it was before the kernel's start."""
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
    """As in a kernel, bytes that could not be decoded come out as they were. Surrogates that stand
    for no byte make a kernel lose the output; here they are escaped."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace")


def identity(descriptor):
    """Of the pipe or file; None of a closed descriptor."""
    with contextlib.suppress(OSError):
        status = os.fstat(descriptor)
        return status.st_dev, status.st_ino


def install():
    """The streams, by their descriptors' order. faulthandler writes to descriptors only, and so to
    the streams that Python began with, as in a kernel."""
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
