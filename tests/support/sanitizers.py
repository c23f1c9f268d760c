"""Notices every report of a sanitizer (presets asan and tsan), and knows which tests sanitizers
prevent.

All sanitizers write to stderr, which the launcher shares with its server. The server's exit code is
not enough: the thread sanitizer lets a program continue, and a program that is killed or runs in a
sandbox has no exit code of a sanitizer.
"""

import re
from pathlib import Path

# For programs under strace: the leak sanitizer is a tracer as well, and a process can have only
# one.
WITHOUT_LEAKS = ("-E", "ASAN_OPTIONS=detect_leaks=0")
_REPORT = re.compile(r"\b(Address|Leak|Thread|UndefinedBehavior)Sanitizer\b|: runtime error: ")


def assert_no_report_in(stderr):
    assert not _REPORT.search(stderr), f"a sanitizer has reported:\n{stderr}"


def sanitizer_of(program):
    """Returns the sanitizer that needs more memory and time: "address", "thread" or None."""
    content = Path(program).read_bytes() if Path(program).exists() else b""
    libraries = {"address": b"libasan.so", "thread": b"libtsan.so"}
    return next((name for name, library in libraries.items() if library in content), None)


def memory_room(size, program):
    """Returns the memory that `program` can need where it needs `size` without a sanitizer. The
    address sanitizer keeps freed memory for a while; the thread sanitizer keeps notes of several
    times the size of what is touched."""
    return {None: size, "address": size + (500 << 20), "thread": 8 * size}[sanitizer_of(program)]
