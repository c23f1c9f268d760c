"""Fills /mnt/data, once with bytes and once with files."""

import errno
import os


def fill_bytes():
    size = 0
    file = os.open("/mnt/data/large", os.O_WRONLY | os.O_CREAT)
    try:
        while True:
            size += os.write(file, b"x" * 4096)
    except OSError as error:
        return {"bytes": size, "error": errno.errorcode[error.errno]}
    finally:
        os.close(file)


def fill_inodes():
    count = 0
    try:
        while True:
            os.close(os.open(f"/mnt/data/{count}", os.O_WRONLY | os.O_CREAT))
            count += 1
    except OSError as error:
        return {"files": count, "error": errno.errorcode[error.errno]}


def main(arguments):
    answers = {"bytes": fill_bytes()}
    os.unlink("/mnt/data/large")
    return answers | {"inodes": fill_inodes()}
