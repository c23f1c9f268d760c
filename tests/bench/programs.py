"""One program per process: Python bare, in bubblewrap, and in WebAssembly."""

import os
import subprocess

from kernels import ROOT, SESSION_PYTHON

PYODIDE = """
import { loadPyodide } from "pyodide";
const python = await loadPyodide();
console.log(python.runPython("6 * 7"));
"""


def run_python(code, *wrapper):
    command = [*wrapper, SESSION_PYTHON, "-c", f"{code}\nprint(6 * 7)"]
    assert subprocess.check_output(command) == b"42\n"


def run_in_bubblewrap(code):
    """Runs the program with all namespaces new and everything read-only, as careful people run
    foreign code."""
    binds = ["--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]
    # Directories below /tmp are hidden now: the environment can be there, and the list of fonts is.
    fonts = os.environ["MPLCONFIGDIR"]
    shown = ["--ro-bind", str(ROOT), str(ROOT), "--bind", fonts, fonts]
    run_python(code, "bwrap", *binds, *shown, "--unshare-all", "--die-with-parent")


def run_pyodide():
    directory = ROOT / "build/bench-node"
    command = ["node", "--input-type=module", "--eval", PYODIDE]
    assert subprocess.check_output(command, cwd=directory).endswith(b"42\n")
