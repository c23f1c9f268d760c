"""What sanitizers say (presets asan and tsan) is never overlooked.

All of them write to stderr, and the launcher's is that of its server. The server's exit code would
not do: the thread sanitizer lets a program go on, and who is killed or runs in a sandbox has none.
"""

import re

_REPORT = re.compile(r"\b(Address|Leak|Thread|UndefinedBehavior)Sanitizer\b|: runtime error: ")


def assert_none_in(stderr):
    assert not _REPORT.search(stderr), f"a sanitizer has reported:\n{stderr}"
