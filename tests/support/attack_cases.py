"""The attack and fault cases by number (issue 5), and the reason why a tier lacks one.

A test names the case that it proves with `@pytest.mark.attack(number)`.
"""

CASES = {
    1: "symlink-abs-read",
    2: "symlink-dir-read",
    3: "symlink-upload",
    4: "symlink-race",
    5: "magic-link",
    6: "dotdot-names",
    7: "odd-names",
    8: "fifo-get",
    9: "socket-get, dir-get, device",
    10: "hardlink-outside",
    11: "sparse-1TB",
    12: "file-grows or shrinks while served",
    13: "deep-tree",
    14: "unreadable-tree",
    15: "disk-fill",
    16: "inode-fill",
    17: "upload-over-quota",
    18: "delete-while-running, list-while-writing",
    19: "fork-bomb",
    20: "thread-bomb",
    21: "memory-bomb",
    22: "cpu-burn",
    23: "daemonise",
    24: "grandchild-holds-pipe",
    25: "sigint-ignored",
    26: "sigstop-self",
    27: "kill everybody, the server, the parent",
    28: "kill-init",
    29: "agent-suicide",
    30: "zombie-flood, coredump",
    31: "look into other processes",
    32: "server-crash",
    33: "launcher-crash",
    34: "user namespace",
    35: "mount family",
    36: "setns",
    37: "chroot-escape",
    38: "io_uring, bpf, perf, userfaultfd, keys",
    39: "socket families",
    40: "32-bit and x32 ABI",
    41: "terminal ioctl",
    42: "seccomp and prctl games",
    43: "setuid binary",
    44: "capabilities",
    45: "unknown system calls",
    46: "/proc exposure",
    47: "/sys, cgroups, debugfs",
    48: "overwrite the running program",
    49: "read-only system",
    50: "fd-leak",
    51: "environment",
    52: "network out",
    53: "unix sockets of the host",
    54: "cross-session",
    55: "randomness of forked sessions",
    56: "stdout-flood",
    57: "late output",
    58: "control socket",
    59: "repr-bomb",
    60: "code inputs",
    61: "figures",
    62: "slow and odd clients",
    63: "framing",
    64: "oversized heads, trailers, bodies",
    65: "dns-rebinding, CSRF",
    66: "oversized or odd JSON",
    67: "fd-exhaustion",
    68: "session limit, create-storm",
    69: "graceful stop",
    70: "a failing set-up step",
    71: "restricted environments",
    72: "refusal to start in less",
    73: "restricted with little Landlock",
    74: "odd Python and system layouts",
    75: "odd inheritances",
    76: "inotify instances",
    77: "descriptors in flight",
    78: "queued signals",
    79: "POSIX timers",
    80: "pages in pipes",
    81: "keys",
    82: "socket protocols, urgent data",
}

_BEFORE = "answered before any sandbox is involved: tested in one tier"

# Maps (case, tier), or a case, to the reason why that tier, or every tier but the default one, has
# no test of the case.
LACKING = {63: _BEFORE}
for _user in ("root", "user"):
    _restricted, _full = f"restricted, {_user}", f"full, {_user}"
    LACKING[72, _restricted] = "only the full tier is stricter"
    LACKING[73, _full] = "it does not depend on Landlock"


def reason_to_lack(case, tier):
    return LACKING.get((case, tier)) or LACKING.get(case)
