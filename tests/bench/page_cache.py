"""The server's files in the kernel's page cache: all of them, unless the cache is dropped."""

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
    """Makes the cache as after a boot, except for pages that a process has mapped."""
    os.sync()  # pages that are not yet written to disk cannot be dropped
    inside = (path for directory in DIRECTORIES for path in directory.rglob("*") if path.is_file())
    for path in (*FILES, *inside):
        with open(path, "rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
