"""A hook that `schemathesis` loads in addition to a document: it adapts requests to one
api-version.

A request that names another version, or none, is answered by another document: the version is not
generated but set on every request.
"""

import os

import schemathesis

VERSION = os.environ["DOCUMENT_VERSION"]


@schemathesis.hook
def before_load_schema(context, raw_schema):
    for path in raw_schema["paths"].values():
        for operation in path.values():
            operation["parameters"] = [
                each for each in operation["parameters"] if "ApiVersion" not in each.get("$ref", "")
            ]


@schemathesis.hook
def before_call(context, case, kwargs):
    case.query = {**(case.query or {}), "api-version": VERSION}
