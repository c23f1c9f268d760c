"""Climbs out of its root the classical way, and by dots; returns where it ended."""

import os

from attempt import attempt


def same(one, other):
    one, other = os.stat(one), os.stat(other)
    return (one.st_dev, one.st_ino) == (other.st_dev, other.st_ino)


def main(arguments):
    os.makedirs("/tmp/prison", exist_ok=True)
    root, parent, before = os.open("/", os.O_PATH), os.open("/tmp", os.O_PATH), os.getcwd()
    answers = {"chroot": attempt(lambda: os.chroot("/tmp/prison"))}
    os.fchdir(root)
    for _ in range(64):
        os.chdir("..")
    answers |= {"still the root": same(".", "/"), "dots": same("/" + "../" * 64, "/"),
                "has the host's directories": os.path.exists("./sys/kernel") or os.path.exists("./root")}
    os.rmdir("prison", dir_fd=parent)
    os.chdir(before if answers["chroot"] != "allowed" else "/")
    return answers
