"""Machines and containers that forbid things, as commands that run the rest of their command line.

Each imitates what its namesake forbids by a seccomp filter. The test itself removes other things
that a container lacks, such as capabilities and an open /proc.
"""

from pathlib import Path

from support.emulator import BINARY

_OUTER_FILTER = str(Path(BINARY).parent / "tests" / "outer_filter")

_NO_NAMESPACES = [f"{call}=EPERM" for call in ("namespaces", "unshare", "setns")]
_NO_MOUNTS = [
    f"{call}=EPERM"
    for call in ("mount", "umount2", "move_mount", "open_tree", "fsopen", "mount_setattr")
]
_NO_LANDLOCK = [
    f"landlock_{call}=ENOSYS" for call in ("create_ruleset", "add_rule", "restrict_self")
]
_NO_KEYS = [f"{call}=EPERM" for call in ("keyctl", "add_key", "request_key")]
_HIDDEN = ["clone3=ENOSYS", "pivot_root=EPERM", *_NO_KEYS]


def behind(*rules):
    return [_OUTER_FILTER, *rules, "--"]


NO_USER_NAMESPACES = behind(*_NO_NAMESPACES)
NO_CLONE3 = behind("clone3=ENOSYS")
NO_PIVOT_ROOT = behind("pivot_root=EPERM")
NO_LANDLOCK = behind(*_NO_LANDLOCK)
NOTHING_AT_ALL = behind(*_NO_NAMESPACES, *_NO_LANDLOCK)
# Docker's default profile, and the same profile with CAP_SYS_ADMIN added.
DOCKER = behind(*_NO_NAMESPACES, *_NO_MOUNTS, *_HIDDEN)
DOCKER_WITH_SYS_ADMIN = behind(*_HIDDEN)
