"""What forking interpreters from a zygote brings: time to a first answer, memory of an idle one."""

import re
import time
import uuid
from pathlib import Path

from measurements import running
from samples import Samples

ROUNDS = 12
IDLE = 5
REFILL_SECONDS = 1.0  # in which the next interpreter gets ready; nothing tells when it is
STACK = "import numpy, pandas, matplotlib.pyplot"


def first_answers(code, *arguments):
    """Of new sessions, one after the other."""
    samples = Samples()
    ready = arguments[arguments.index("--ready-sessions") + 1] != "0"
    with running(*arguments) as (_, connection):
        connection.execute(uuid.uuid4(), code)  # not counted: the zygote has to load first
        for _ in range(ROUNDS):
            if ready:
                time.sleep(REFILL_SECONDS)
            identifier = uuid.uuid4()
            samples.time(lambda: connection.execute(identifier, code))
    return samples


def from_exec_to_first_answer(*arguments):
    samples = Samples()

    def start_and_ask():
        with running("--ready-sessions", "0", *arguments) as (_, connection):
            connection.execute(uuid.uuid4(), "6 * 7")

    for _ in range(3):
        samples.time(start_and_ask)
    return samples


def private_bytes(pid):
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return 1024 * sum(int(size) for size in re.findall(r"^Private_\w+: +(\d+)", rollup, re.M))


def children_of(pid):
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield int(child)
            yield from children_of(child)


def is_interpreter(pid):
    """A process of Python's that is confined; the zygote is not."""
    status = Path(f"/proc/{pid}/status").read_text()
    return "Seccomp:\t2" in status and "python" in Path(f"/proc/{pid}/cmdline").read_text()


def idle_memory(*arguments):
    """Private memory of interpreters that wait for their first program, in bytes."""
    with running("--ready-sessions", str(IDLE), *arguments) as (server, connection):
        connection.execute(uuid.uuid4(), "6 * 7")
        time.sleep(3 * REFILL_SECONDS)
        sizes = [private_bytes(pid) for pid in children_of(server.pid) if is_interpreter(pid)]
    assert len(sizes) >= IDLE, f"{len(sizes)} interpreters"
    return sorted(sizes)[len(sizes) // 2]


def measure():
    plain = "--no-zygote"
    ready, none_ready = ("--ready-sessions", "1"), ("--ready-sessions", "0")
    return {
        "ready": (first_answers("6 * 7", *ready), first_answers("6 * 7", *ready, plain)),
        "none ready": (
            first_answers("6 * 7", *none_ready),
            first_answers("6 * 7", *none_ready, plain),
        ),
        "none ready, the data stack": (
            first_answers(STACK, *none_ready),
            first_answers(STACK, *none_ready, plain),
        ),
        "server start, first session, stop": (
            from_exec_to_first_answer(),
            from_exec_to_first_answer(plain),
        ),
        "idle": (idle_memory(), idle_memory(plain)),
    }


def print_table(results):
    print("\n| first answer of a new session | forked, median | started, median | ratio |")
    print("| --- | ---: | ---: | ---: |")
    for what, (forked, started) in results.items():
        if what == "idle":
            continue
        print(
            f"| {what} | {1000 * forked.median:.1f} ms | {1000 * started.median:.0f} ms "
            f"| {forked.median / started.median:.3f} |"
        )
    forked, started = (size / (1 << 20) for size in results["idle"])
    print(f"\nPrivate memory of an idle interpreter: {forked:.1f} MiB, started {started:.1f} MiB.")

