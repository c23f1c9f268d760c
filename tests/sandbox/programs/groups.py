"""Returns the paths of its cgroups as the kernel reports them, each once."""


def main(arguments):
    with open("/proc/self/cgroup") as file:
        return sorted({line.rstrip("\n").split(":", 2)[2] for line in file})
