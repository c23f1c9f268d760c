"""What of the server's files the kernel has in memory: all of it, unless it is told to forget."""

import os
import sysconfig
from pathlib import Path

from kernels import SESSION_PYTHON
from server import BINARY

DIRECTORIES = [
    Path(BINARY).parent / "interpreter",
    Path(SESSION_PYTHON).parents[1],
    Path(sysconfig.get_path("stdlib")),
]
FILES = [BINARY, Path(BINARY).with_name("sandbox-launcher"), SESSION_PYTHON]


def forget():
    """As after the start of the machine; but for pages that somebody has mapped at the moment."""
    os.sync()  # what is not written yet cannot be forgotten
    inside = (path for directory in DIRECTORIES for path in directory.rglob("*") if path.is_file())
    for path in (*FILES, *inside):
        with open(path, "rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
