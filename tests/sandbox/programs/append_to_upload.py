"""Appends to a file that came from outside, and returns all of it."""


def main(arguments):
    with open("/mnt/data/upload", "a+") as file:
        file.write(", written inside")
        file.seek(0)
        return file.read()
