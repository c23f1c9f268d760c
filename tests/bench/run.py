"""Runs the benchmarks, prints them as a Markdown table and writes build/bench.json.

Every figure stands beside an alternative measured in the same run; a ratio travels to another
machine, a millisecond does not.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
RESULT = ROOT / "build" / "bench.json"
sys.path.insert(0, str(ROOT / "tests"))


def leave_the_home_folder_alone():
    """Jupyter and IPython write profiles, history and connection files; here, where they vanish."""
    folder = tempfile.TemporaryDirectory(prefix="dynsessions-bench-")
    for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"):
        os.environ[name] = os.path.join(folder.name, name.lower())
    return folder


def milliseconds(seconds):
    return f"{1000 * seconds:.2f} ms" if seconds < 0.01 else f"{1000 * seconds:.0f} ms"


WARM_CELLS = {
    "onePlusOne": "warm `1 + 1` over HTTP",
    "megabyte": "1 MB of stdout over HTTP",
    "dataFrame": "a DataFrame of 1000 rows over HTTP",
    "figure": "a figure over HTTP",
}


def warm_rows(results):
    for name, what in WARM_CELLS.items():
        cell = results["warmCell"][name]
        yield what, cell["session"], "a Jupyter kernel", cell["jupyterKernel"]
        yield what, cell["session"], "IPython in-process", cell["inProcess"]


def time_rows(results):
    """(what, samples, what it is compared with, its samples)"""
    first = results["firstAnswer"]
    kernel = ("a new Jupyter kernel", first["jupyterKernel"])
    return [
        ("first `6 * 7` of a new session, one ready", first["ready"], *kernel),
        ("first `6 * 7` of a new session, none ready", first["cold"], *kernel),
        *warm_rows(results),
    ]


def print_times(results):
    print("| what | n | median | p99 | beside | its median | ratio of medians |")
    print("| --- | ---: | ---: | ---: | --- | ---: | ---: |")
    for what, samples, beside, other in time_rows(results):
        print(
            f"| {what} | {len(samples.seconds)} | {milliseconds(samples.median)} "
            f"| {milliseconds(samples.p99)} | {beside} | {milliseconds(other.median)} "
            f"| {samples.median / other.median:.3f} |"
        )


def print_transfers(transfer, memory, size):
    copy = transfer["loopbackCopy"]
    megabytes = size / 1e6
    print(f"\n| {megabytes:.0f} MB | median | MB/s | of a bare loopback copy |")
    print("| --- | ---: | ---: | ---: |")
    for name, samples in transfer.items():
        print(
            f"| {name} | {milliseconds(samples.median)} | {megabytes / samples.median:.0f} "
            f"| {copy.median / samples.median:.2f} |"
        )
    before, after = (memory[name] / (1 << 20) for name in ("peakBefore", "peakAfter"))
    print(f"\nPeak memory of the server: {before:.1f} MiB before, {after:.1f} MiB after.")


def print_machine(facts):
    print(
        f"\nMeasured on {facts['cores']} cores, {facts['memoryInMebibytes'] / 1024:.0f} GiB, "
        f"load {facts['loadAverage']} at the start, Linux {facts['kernel']}, "
        f"Python {facts['python']}."
    )


def as_json(value):
    if isinstance(value, dict):
        return {name: as_json(member) for name, member in value.items()}
    return value.as_json() if hasattr(value, "as_json") else value


def main():
    # Not at the top of the file: IPython and Jupyter read their folders when they are imported.
    import measurements
    import samples
    import zygote

    machine = samples.machine()
    first = {
        "ready": measurements.first_answers(ready_sessions=1),
        "cold": measurements.first_answers(ready_sessions=0),
        "jupyterKernel": measurements.kernel_starts(),
    }
    transfer, memory = measurements.transfers()
    births = zygote.measure()
    results = {
        "machine": machine,
        "unit": "seconds; bytes for memory",
        "firstAnswer": first,
        "warmCell": measurements.warm_cells(),
        "transfer": transfer | {"bytes": measurements.TRANSFER_BYTES},
        "memory": memory,
        "zygote": {what: dict(zip(("forked", "started"), pair)) for what, pair in births.items()},
    }
    print_times(results)
    print_transfers(transfer, memory, measurements.TRANSFER_BYTES)
    zygote.print_table(births)
    print_machine(machine)
    RESULT.write_text(json.dumps(as_json(results), indent=2) + "\n")


if __name__ == "__main__":
    with leave_the_home_folder_alone():
        main()
