"""Returns what /proc shows and accepts, and whether other kernel file systems are there."""

import os

from attempt import attempt, write


def content(path):
    """Returns the content; empty as well if the file cannot be read or this kernel has none."""
    try:
        with open(path, "rb") as file:
            return file.read(64).decode(errors="replace")
    except OSError:
        return ""


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
            "keys": content("/proc/keys"),
            "timers": content("/proc/timer_list"),
            "interrupts": content("/proc/interrupts"),
            "kcore": content("/proc/kcore"),
            "cmdline": content("/proc/cmdline"),
            "partitions": content("/proc/partitions"),
            "diskstats": content("/proc/diskstats"),
            "iomem": content("/proc/iomem"),
            "config": content("/proc/config.gz"),
            "devices": content("/proc/devices"),
            "misc": content("/proc/misc"),
            "boot": content("/proc/sys/kernel/random/boot_id"),
            "sys": os.path.exists("/sys/kernel"), "run": os.path.exists("/run"),
            "home": bool(names_in("/home")), "disks": os.path.exists("/dev/vda"),
            "terminal": attempt(lambda: os.open("/dev/tty", os.O_RDWR))}
