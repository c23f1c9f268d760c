"""Returns what /proc shows and accepts, and whether other kernel file systems are there.

`names` are the entries of /proc to read, for a process that cannot list it.
"""

import os

from attempt import attempt, write


# They count what all programs of the machine use, or show which machine it is.
COUNTS = ("fs/dentry-state", "fs/file-nr", "fs/inode-nr", "fs/inode-state", "kernel/pty/nr",
          "kernel/random/boot_id")


def content(path):
    """Returns the beginning; empty as well if the file cannot be read or this kernel has none."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        try:
            return os.read(file, 64).decode(errors="replace")
        finally:
            os.close(file)
    except OSError:
        return ""


def shows_something(path):
    if not os.path.isdir(path):
        return bool(content(path))
    return any(content(f"{directory}/{name}") for directory, _, names in os.walk(path) for name in names)


def shown(names):
    """Returns the entries that have content, without links, settings and processes."""
    entries = [name for name in names if not name.isdigit() and name != "sys"]
    return sorted(
        name for name in entries
        if not os.path.islink(f"/proc/{name}") and shows_something(f"/proc/{name}")
    )


def sees_itself_only():
    try:
        return sorted(int(name) for name in os.listdir("/proc") if name.isdigit()) == [os.getpid()]
    except PermissionError:
        return "EACCES"


def names_in(directory):
    try:
        return os.listdir(directory)
    except OSError:
        return []


def main(arguments):
    return {"processes": sees_itself_only(),
            "sysctl": attempt(lambda: write("/proc/sys/kernel/hostname")),
            "sysctl mount": bool(os.statvfs("/proc/sys").f_flag & os.ST_RDONLY),
            "shown": shown(arguments.get("names") or names_in("/proc")),
            "counts": [name for name in COUNTS if content(f"/proc/sys/{name}")],
            "swapping": content("/proc/vmstat"),
            "sys": os.path.exists("/sys/kernel"), "run": os.path.exists("/run"),
            "home": bool(names_in("/home")), "disks": os.path.exists("/dev/vda"),
            "terminal": attempt(lambda: os.open("/dev/tty", os.O_RDWR))}
