"""Returns the descriptors that this process inherited, and its working directory."""

import os


def main(arguments):
    numbers = set(range(0, 1024))
    return {"open": [fd for fd in sorted(numbers) if os.path.exists(f"/proc/self/fd/{fd}")],
            "stdin": os.readlink("/proc/self/fd/0"),
            "streams": [os.readlink(f"/proc/self/fd/{fd}").split(":")[0] for fd in (1, 2, 3)],
            "working directory": os.getcwd(), "umask": os.umask(0o077)}
