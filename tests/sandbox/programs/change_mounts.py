"""Calls the kernel's mount and namespace interface, old and new, by number."""

from attempt import system_call

CALLS = {"mount": (165, b"none", b"/tmp", b"tmpfs", 0, 0), "umount2": (166, b"/tmp", 2),
         "pivot_root": (155, b".", b"."), "chroot": (161, b"/tmp"), "unshare": (272, 0x20000),
         "setns": (308, 0, 0), "open_tree": (428, -100, b"/", 1), "move_mount": (429, 0, b"", 0, b"", 0),
         "fsopen": (430, b"tmpfs", 0), "mount_setattr": (442, -100, b"/", 0, 0, 0)}


def main(arguments):
    return {name: system_call(*call) for name, call in CALLS.items()}
