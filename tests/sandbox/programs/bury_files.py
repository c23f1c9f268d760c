"""Leaves files that are hard to remove: deep, locked, and with a link to a directory outside."""

import os


def main(arguments):
    os.chdir("/mnt/data")
    os.symlink(arguments["outside"], "link")
    for _ in range(arguments["depth"]):
        os.mkdir("d")
        os.chdir("d")
    open("deep", "w").close()
    os.mkdir("/mnt/data/locked")
    open("/mnt/data/locked/file", "w").close()
    os.symlink(arguments["outside"], "/mnt/data/locked/link")
    directory = os.open("/mnt/data/locked", os.O_RDONLY)
    os.fchmod(directory, 0)
    return {"left": sorted(os.listdir("/mnt/data"))}
