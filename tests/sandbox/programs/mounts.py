"""Returns each mount that lacks a required flag: nosuid everywhere, nodev outside /dev, read-only
outside the places meant for writing."""

WRITABLE = {"/tmp", "/dev/shm", "/mnt/data", "/proc"}


def main(arguments):
    faults = []
    seen = 0
    for line in open("/proc/self/mountinfo"):
        fields = line.split()
        place, options = fields[4], fields[5].split(",")
        seen += 1
        if "nosuid" not in options:
            faults.append([place, "setuid"])
        device = place.startswith("/dev/") or place.startswith("/proc/")
        if "nodev" not in options and not device:
            faults.append([place, "devices"])
        if "ro" not in options and place not in WRITABLE:
            faults.append([place, "writable"])
    return {"faults": faults, "some were seen": seen > 10}
