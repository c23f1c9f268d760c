"""The conformance cases of api-spec/cases, expanded as `dynsessions conform` does (its README)."""

import json
import re

from support.documents import DIRECTORY

PLACEHOLDER = re.compile(r"\$\{(\w+)\}")


class _Filler:
    def __init__(self, version, levels):
        self.version = version
        self.levels = levels  # the levels of variables, inner ones first

    def fill(self, tree):
        if isinstance(tree, list):
            return [self.fill(item) for item in tree]
        if isinstance(tree, str):
            return self._text(tree)
        if not isinstance(tree, dict):
            return tree
        if "$byVersion" in tree:
            choice = tree["$byVersion"]
            return self.fill(choice.get(self.version, choice.get("*")))
        return {name: self.fill(value) for name, value in tree.items()}

    def _text(self, text):
        whole = PLACEHOLDER.fullmatch(text)
        if whole:
            return self._value(whole[1], text)
        return PLACEHOLDER.sub(lambda found: str(self._value(found[1], found[0])), text)

    def _value(self, name, otherwise):
        for level in self.levels:
            if name in level:
                return self.fill(level[name])
        return otherwise  # the value is known only at run time


def exchanges():
    """Returns (version, method, target, expected status) of every step of every case."""
    shared = json.loads((DIRECTORY / "cases" / "variables.json").read_text())["variables"]
    for path in sorted((DIRECTORY / "cases").glob("*.json")):
        file = json.loads(path.read_text())
        for case in file.get("cases", ()):
            outer = [case.get("let", {}), file.get("variables", {}), shared]
            for version in _Filler(None, outer).fill(case["apiVersions"]):
                for step in case["steps"]:
                    for exchange in step.get("parallel", [step]):
                        filler = _Filler(version, [exchange.get("let", {}), *outer])
                        request = filler.fill(exchange["request"])
                        status = filler.fill(exchange["expect"])["status"]
                        yield version, request["method"], _target(request, version), status


def _target(request, version):
    requested = request.get("query", {}).get("api-version", version)
    query = "" if requested is None else f"?api-version={requested}"
    return f"/{request['path']}{query}"
