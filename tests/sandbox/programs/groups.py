"""What the kernel says of its cgroups: the paths, each once."""


def main(arguments):
    with open("/proc/self/cgroup") as file:
        return sorted({line.rstrip("\n").split(":", 2)[2] for line in file})
