"""Takes shared memory, which no RLIMIT counts, and then waits, because some tiers check only now
and then. `mebibytes` is the amount; with `stay` it does not end by itself."""

import mmap
import time

MIB = 1 << 20


def main(arguments):
    memory = mmap.mmap(-1, arguments["mebibytes"] * MIB)
    for start in range(0, len(memory), MIB):
        memory[start : start + MIB] = b"x" * MIB
    if arguments["stay"]:
        time.sleep(60)
    return len(memory) // MIB
