"""Tells `dynsessions doctor` what a Python has: a line of JSON, the last one on stdout.

    {"python": "3.11.2", "packages": {"numpy": "1.26.4", ...}, "agent": "", "pkgResources": "",
     "fontCache": true}

where `agent` and `pkgResources` are why they cannot be imported. It runs outside of any sandbox, on
whatever Python --python names, so it needs nothing that a Python 3.8 does not have.
"""

import glob
import importlib
import json
import os
import platform
import re
import sys
import warnings
from importlib import metadata


def why_not_imported(module):
    try:
        importlib.import_module(module)
    except BaseException as error:  # a package that is broken may raise anything
        return f"{type(error).__name__}: {error}"
    return ""


def packages():
    """As the agent finds them: the first of a name on sys.path counts."""
    found = {}
    for distribution in metadata.distributions():
        name = distribution.metadata["Name"]
        if name:  # what an interrupted pip leaves behind has none
            found.setdefault(re.sub(r"[-_.]+", "-", name).lower(), distribution.version)
    return found


def main():
    warnings.simplefilter("ignore")  # pkg_resources announces its own end
    sys.dont_write_bytecode = True
    sys.path.append(os.path.dirname(os.path.abspath(__file__)))  # where agent.py is
    facts = {
        "python": platform.python_version(),
        "packages": packages(),
        "agent": why_not_imported("agent"),
        "pkgResources": why_not_imported("pkg_resources"),
        "fontCache": bool(glob.glob(f"{sys.prefix}/share/dynsessions/matplotlib/fontlist-*.json")),
    }
    print(f"\n{json.dumps(facts)}")


if __name__ == "__main__":
    main()
