"""Runs the benchmarks, prints them as a Markdown table and writes build/bench.json.

    run.py [--write] [CASE...]     all cases, or those named; --write puts the results of all cases into
                                   docs/BENCHMARKS.md and README.md

Every figure is shown with an alternative, or with the best that the machine can do, measured in
the same run.
"""

import argparse
import importlib
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

import documents

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "tests"))  # finds support/
RESULT = ROOT / "build" / "bench.json"
CASES = (
    "first_answers",
    "warm",
    "transfers",
    "neighbours",
    "footprint",
    "bursts",
    "driving",
    "scale",
)


def leave_the_home_directory_alone():
    """Jupyter, IPython and matplotlib write profiles, history, connection files and lists of fonts
    into this directory, which is removed at the end. The list of fonts exists already, as it does
    for sessions."""
    directory = tempfile.TemporaryDirectory(prefix="dynsessions-bench-")
    for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"):
        os.environ[name] = os.path.join(directory.name, name.lower())
    os.environ["MPLCONFIGDIR"] = os.path.join(directory.name, "matplotlib")
    shutil.copytree(ROOT / "build/python/share/dynsessions/matplotlib", os.environ["MPLCONFIGDIR"])
    return directory


def words_about(machine):
    return (
        f"Measured on {machine['cores']} cores, {machine['memoryInMebibytes'] / 1024:.0f} GiB, "
        f"load {machine['loadAverage']} at the start, Linux {machine['kernel']}."
    )


def measure(cases):
    """Returns rows by case; prints each as soon as it is known."""
    rows = {}
    for case in cases:
        print(f"{case} …", file=sys.stderr, flush=True)
        rows[case] = importlib.import_module(case).measure()
        print(documents.table(rows[case]), file=sys.stderr, flush=True)
    return rows


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true")
    parser.add_argument("cases", nargs="*", choices=[*CASES, []])
    arguments = parser.parse_args()
    if arguments.write and arguments.cases:
        parser.error("--write needs the results of all cases")
    # Imported here and not at the top of the file, because imported packages read the variables of
    # their directories.
    import samples

    machine = samples.machine()
    rows = measure(arguments.cases or CASES)
    everything = [row for group in rows.values() for row in group]
    text = f"{documents.table(everything)}\n{words_about(machine)}\n"
    print(text)
    as_json = {case: [row.as_json() for row in group] for case, group in rows.items()}
    RESULT.write_text(json.dumps({"machine": machine, "cases": as_json}, indent=2) + "\n")
    if arguments.write:
        documents.write(everything, words_about(machine))


if __name__ == "__main__":
    with leave_the_home_directory_alone():
        main()
