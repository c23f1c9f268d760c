"""Checks whether an answer is one that our OpenAPI documents promise.

Names, types and the order of members count, and so do additional members. An answer on a path that
no document has must be a refusal. Validators are made once per schema; an answer costs half a
millisecond.
"""

import functools
import json
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match
from jsonschema.validators import extend

DIRECTORY = Path(__file__).parents[2] / "api-spec"
JSON = "application/json"
# Versions without a document; each is answered as the version before it (CONTRACT.md section 2.2).
SAME_AS_OLDER = ("2024-08-02-preview",)


def _in_order(validator, properties, instance, schema):
    yield from Draft202012Validator.VALIDATORS["properties"](
        validator, properties, instance, schema
    )
    if not validator.is_type(instance, "object"):
        return
    expected = [name for name in properties if name in instance]
    found = [name for name in instance if name in properties]
    if found != expected:
        yield ValidationError(f"its members are in the order {found}, not {expected}")


AnswerValidator = extend(Draft202012Validator, {"properties": _in_order})


class Operation:
    """One operation of one document."""

    def __init__(self, version, document, method, path, described):
        self.version = version
        self.document = document
        self.method = method.upper()
        self.path = path
        self.described = described
        self._segments = path.strip("/").split("/")
        self._validators = {}

    def __str__(self):
        return f"{self.method} {self.path} at {self.version}"

    def matches(self, method, segments):
        """A name at the end matches all remaining segments, as content in directories needs."""
        template = self._segments
        if template[-1].startswith("{"):
            if len(segments) < len(template):
                return False
            segments = segments[: len(template)] if template[-2] == "content" else segments
        return (
            method == self.method
            and len(segments) == len(template)
            and all(
                expected.startswith("{") or expected.lower() == unquote(segment).lower()
                for expected, segment in zip(template, segments, strict=True)
            )
        )

    def validator(self, schema, of_class=AnswerValidator):
        key = (of_class, json.dumps(schema))
        if key not in self._validators:
            whole = {**schema, "components": self.document["components"]}
            self._validators[key] = of_class(whole)
        return self._validators[key]

    def violations(self, status, headers, content):
        """Returns what the document does not promise of the answer; `headers` maps lower-case
        names."""
        responses = self.described["responses"]
        described = responses.get(str(status))
        if described is None and status >= 400:
            described = responses.get("default")
        if described is None:
            return [f"{status} is not a documented status of {self}: {_shown(content)}"]
        return self._wrong_headers(described, headers) + self._wrong_body(
            status, described, headers, content
        )

    def _wrong_headers(self, described, headers):
        wrong = []
        for name, header in described.get("headers", {}).items():
            value = headers.get(name)
            if value is None:
                wrong += [f"the header {name} is missing"] * header.get("required", False)
            elif not self.validator(header["schema"]).is_valid(value):
                wrong.append(f"the header {name} is {value!r}, not {header['schema']}")
        return wrong

    def _wrong_body(self, status, described, headers, content):
        if "content" not in described:
            return [f"{status} has no body by its document, here {_shown(content)}"] * bool(content)
        media_type = headers.get("content-type", "").partition(";")[0]
        if media_type not in described["content"]:
            return [f"{media_type!r} is not a documented content type of {status} of {self}"]
        if media_type != JSON:
            return []
        return body_violations(self.validator(described["content"][JSON]["schema"]), content)


def body_violations(validator, content):
    try:
        instance = json.loads(content)
    except ValueError as error:
        return [f"the body is not JSON ({error}): {_shown(content)}"]
    error = best_match(validator.iter_errors(instance))
    if error is None:
        return []
    return [f"at {error.json_path}: {error.message} in {_shown(content)}"]


def _shown(content):
    return repr(content[:300])


@functools.cache
def versions():
    """Returns the api-versions that have a document, oldest first."""
    return tuple(sorted(path.parent.name for path in DIRECTORY.glob("*/openapi.json")))


@functools.cache
def document(version):
    return json.loads((DIRECTORY / version / "openapi.json").read_text())


@functools.cache
def operations():
    return [
        Operation(version, document(version), method, path, described)
        for version in versions()
        for path, item in document(version)["paths"].items()
        for method, described in item.items()
    ]


def operation_of(method, url):
    """Returns the operation that answers the request, or None if no document has its path."""
    parts = urlsplit(url)
    candidates = _candidates(method, _below_pool(parts.path))
    requested = parse_qs(parts.query).get("api-version", [None])[0]
    return _answering(candidates, requested)


def _below_pool(path):
    """Returns the segments after `…/sessionPools/{pool}`, or all of them."""
    segments = [segment for segment in path.split("/") if segment]
    names = [segment.lower() for segment in segments]
    if "sessionpools" in names:
        segments = segments[names.index("sessionpools") + 2 :]
    return segments


def _candidates(method, segments):
    return [each for each in operations() if each.matches(method, segments)]


def _answering(candidates, requested):
    """Applies the rule of `VersionTable` (emulator/surfaces/data_plane/api_version.h): the nearest
    version that has the path."""
    if not candidates:
        return None
    if requested is None:
        return candidates[0]
    if requested not in (*versions(), *SAME_AS_OLDER):
        return candidates[-1]
    known = [each for each in candidates if each.version <= requested]
    return known[-1] if known else candidates[0]


def violations(method, url, status, headers, content):
    """Returns what is wrong with an answer; empty if the documents promise it."""
    operation = operation_of(method, url)
    if operation is not None:
        return operation.violations(status, headers, content)
    if status == 401:
        return [f"a 401 has no body, here {_shown(content)}"] * bool(content)
    if status < 400:
        return [f"{status} on a path that no document has"]
    if method == "HEAD":
        return []
    return body_violations(_refusal_validator(), content)


@functools.cache
def _refusal_validator():
    newest = document(versions()[-1])
    return AnswerValidator(
        {"$ref": "#/components/schemas/Error", "components": newest["components"]}
    )
