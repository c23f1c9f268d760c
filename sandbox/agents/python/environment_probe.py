"""Describes a Python for `dynsessions doctor` in a line of JSON, the last line on stdout.

    {"python": "3.11.2", "packages": {"numpy": "1.26.4", ...}, "agent": "", "pkgResources": "",
     "fontCache": true}

where `agent` and `pkgResources` are the reasons why they cannot be imported. It runs outside of any
sandbox, with the Python that --python names, so it uses only features of Python 3.8.
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
    except BaseException as error:  # a broken package can raise anything
        return f"{type(error).__name__}: {error}"
    return ""


def packages():
    """Lists packages as the agent finds them: the first one of a name on sys.path counts."""
    found = {}
    for distribution in metadata.distributions():
        name = distribution.metadata["Name"]
        if name:  # remains of an interrupted pip have no name
            found.setdefault(re.sub(r"[-_.]+", "-", name).lower(), distribution.version)
    return found


def main():
    warnings.simplefilter("ignore")  # pkg_resources warns that it is deprecated
    sys.dont_write_bytecode = True
    sys.path.append(os.path.dirname(os.path.abspath(__file__)))  # contains agent.py
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
