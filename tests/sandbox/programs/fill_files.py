"""Fills four files of a MiB each in /mnt/data and waits, because the launcher checks only now and
then."""

import time


def main(arguments):
    for number in range(4):
        with open(f"/mnt/data/{number}", "wb") as file:
            file.write(b"x" * (1 << 20))
    print("running", flush=True)
    time.sleep(25)
