"""What sanitizers (presets asan and tsan) say is never overlooked, and what they keep tests from.

All of them write to stderr, and the launcher's is that of its server. The server's exit code would
not do: the thread sanitizer lets a program go on, and who is killed or runs in a sandbox has none.
"""

import re
from pathlib import Path

# Before a program that strace starts: the leak sanitizer is a tracer as well, and there can be one.
WITHOUT_LEAKS = ("-E", "ASAN_OPTIONS=detect_leaks=0")
_REPORT = re.compile(r"\b(Address|Leak|Thread|UndefinedBehavior)Sanitizer\b|: runtime error: ")


def assert_no_report_in(stderr):
    assert not _REPORT.search(stderr), f"a sanitizer has reported:\n{stderr}"


def sanitizer_of(program):
    """Which of those that need memory and time: "address", "thread" or None."""
    content = Path(program).read_bytes() if Path(program).exists() else b""
    libraries = {"address": b"libasan.so", "thread": b"libtsan.so"}
    return next((name for name, library in libraries.items() if library in content), None)


def memory_room(size, program):
    """What `program` may need where it needs `size` without a sanitizer. The one for addresses keeps
    for a while what was freed; the one for threads notes several times the size of what is touched."""
    return {None: size, "address": size + (400 << 20), "thread": 8 * size}[sanitizer_of(program)]
