"""Checks the layers of sandbox/: reads their order from sandbox/CMakeLists.txt and every include,
and fails for an include of a higher layer, of no layer, or of emulator/. Run by ctest."""

import pathlib
import re
import sys
import tempfile
import unittest

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)


def read_layers(sandbox):
    text = (sandbox / "CMakeLists.txt").read_text()
    return re.search(r"set\(sandbox_layers\s+([^)]*)\)", text).group(1).split()


def layer_of(path, layers):
    """Returns the longest layer that contains the path; None if there is none."""
    directory = str(pathlib.PurePosixPath(path).parent)
    return directory if directory in layers else None


def faults(repository):
    """Returns one line for each include that is not allowed."""
    sandbox = repository / "sandbox"
    layers = read_layers(sandbox)
    found = []
    for file in sorted(sandbox.rglob("*")):
        if file.suffix not in (".h", ".cpp"):
            continue
        name = file.relative_to(sandbox).as_posix()
        own = layer_of(name, layers)
        if own is None:
            found.append(f"{name} is in no layer")
            continue
        for include in INCLUDE.findall(file.read_text()):
            if not include.startswith("sandbox/"):
                found.append(f"{name} includes {include}, which is outside sandbox/")
                continue
            other = layer_of(include.removeprefix("sandbox/"), layers)
            if other is None or layers.index(other) > layers.index(own):
                found.append(f"{name} includes {include}, which is in no layer below it")
    return found


class Layers(unittest.TestCase):
    def test_no_include_points_upward_or_outside(self):
        self.assertEqual(faults(REPOSITORY), [])

    def test_there_is_something_to_check(self):
        layers = read_layers(REPOSITORY / "sandbox")
        self.assertGreater(len(layers), 10)
        for layer in layers:
            self.assertTrue((REPOSITORY / "sandbox" / layer / "CMakeLists.txt").is_file(), layer)


class TheCheckItself(unittest.TestCase):
    def faults_of(self, files):
        with tempfile.TemporaryDirectory() as directory:
            repository = pathlib.Path(directory)
            for name, text in files.items():
                path = repository / "sandbox" / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            (repository / "sandbox/CMakeLists.txt").write_text(
                "set(sandbox_layers\n  base\n  kernel/low\n  tiers\n  tiers/high)\n"
            )
            return faults(repository)

    def test_includes_from_lower_layers_and_the_own_one_are_fine(self):
        self.assertEqual(
            self.faults_of(
                {
                    "base/a.h": "#include <string>\n",
                    "kernel/low/b.cpp": '#include "sandbox/base/a.h"\n#include "sandbox/kernel/low/b.h"\n',
                    "tiers/high/c.cpp": '#include "sandbox/tiers/seam.h"\n',
                }
            ),
            [],
        )

    def test_a_backward_arrow_is_a_fault(self):
        self.assertEqual(len(self.faults_of({"base/a.h": '#include "sandbox/tiers/seam.h"\n'})), 1)
        self.assertEqual(
            len(self.faults_of({"tiers/seam.h": '  # include "sandbox/tiers/high/c.h"\n'})), 1
        )

    def test_an_include_of_the_server_is_a_fault(self):
        self.assertEqual(
            len(self.faults_of({"tiers/a.cpp": '#include "emulator/base/error.h"\n'})), 1
        )

    def test_a_file_outside_of_all_layers_is_a_fault(self):
        self.assertEqual(len(self.faults_of({"other/a.cpp": ""})), 1)
        self.assertEqual(len(self.faults_of({"base/a.h": '#include "sandbox/other/a.h"\n'})), 1)


if __name__ == "__main__":
    unittest.main(argv=sys.argv)
