"""Writes where writing is forbidden; /tmp, /dev/shm and /mnt/data are the positive control."""

import os

from attempt import attempt

PLACES = ["/", "/usr", "/usr/bin", "/etc", "/opt/programs", "/mnt", "/proc",
          "/dev", "/tmp", "/dev/shm", "/mnt/data"]


def write(path):
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o644))


def main(arguments):
    answers = {place: attempt(lambda: write(os.path.join(place, "canary"))) for place in PLACES}
    answers["/etc/passwd"] = attempt(lambda: write("/etc/passwd"))
    answers["/dev/null"] = attempt(lambda: os.close(os.open("/dev/null", os.O_RDWR)))
    return answers
