"""Returns which file systems of the kernel are mounted or found by path, and what controls the
host."""

import os

from attempt import attempt, write

PATHS = ["/sys/class/net", "/sys/block", "/sys/fs", "/sys/kernel", "/run", "/boot",
         "/proc/sys/kernel/core_pattern"]
CPUS = "/sys/devices/system/cpu"
STEERING = ["/proc/sys/kernel/core_pattern", "/proc/sys/kernel/modprobe", "/proc/sys/vm/drop_caches",
            "/proc/sysrq-trigger", "/proc/self/oom_score_adj", "/proc/sys/fs/binfmt_misc/register",
            "/proc/sys/user/max_user_namespaces"]


def main(arguments):
    with open("/proc/self/mountinfo") as file:
        types = {line.partition(" - ")[2].split()[0] for line in file}
    agents = [path for path in ("/sys/fs/cgroup/release_agent", "/tmp/release_agent") if os.path.exists(path)]
    return {"types": sorted(types), "there": [path for path in PATHS if os.path.exists(path)],
            "in sys": sorted({name for _, _, names in os.walk("/sys") for name in names}),
            "write to sys": attempt(lambda: write(f"{CPUS}/online", b"0")),
            "make in sys": attempt(lambda: os.mkdir(f"{CPUS}/cpu99")),
            "steering": {path: attempt(lambda path=path: write(path, b"-1000")) for path in STEERING},
            "release agents": agents}
