"""Returns the rights of this process as the kernel reports them."""

import os


def main(arguments):
    fields = ["Uid", "Gid", "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp"]
    with open("/proc/self/status") as file:
        status = dict(line.split(":", 1) for line in file)
    answer = {field: " ".join(status[field].split()) for field in fields}
    with open("/proc/self/uid_map") as file:
        answer["mapped ids"] = [line.split()[0::2] for line in file]
    answer["setgroups"] = open("/proc/self/setgroups").read().strip()
    answer["leads its session"] = os.getsid(0) == os.getpid()
    return answer
