"""Resource use of processes, as the kernel reports it."""

import os
import re
from pathlib import Path

from support.processes import ENDED, descendants


def status(pid, field):
    """Returns the field's number of bytes."""
    text = Path(f"/proc/{pid}/status").read_text()
    return 1024 * int(re.search(rf"^{field}:\s+(\d+) kB", text, re.M)[1])


def private_bytes(pid):
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return 1024 * sum(int(size) for size in re.findall(r"^Private_\w+: +(\d+)", rollup, re.M))


def available_bytes():
    text = Path("/proc/meminfo").read_text()
    return 1024 * int(re.search(r"^MemAvailable:\s+(\d+) kB", text, re.M)[1])


def descriptors(pid):
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())


def is_interpreter(pid):
    """Returns whether this is a confined Python process that runs; the zygote is not confined."""
    try:
        text = Path(f"/proc/{pid}/status").read_text()
        return "Seccomp:\t2" in text and "python" in Path(f"/proc/{pid}/cmdline").read_text()
    except ENDED:
        return False


def interpreters(pid):
    return [child for child in descendants(pid) if is_interpreter(child)]


def in_same_room(pid, interpreter):
    """Returns descendants of `pid` in the interpreter's PID namespace: the interpreter and its
    init."""
    own = namespace(interpreter)
    return [child for child in descendants(pid) if namespace(child) == own]


def namespace(pid):
    try:
        return os.readlink(f"/proc/{pid}/ns/pid")
    except ENDED:
        return None


def exists(pid):
    return os.path.exists(f"/proc/{pid}")
