"""The declarations of an OpenAPI document, as plain statements by which two documents can be
compared.

    "POST /executions body code" -> {"type": "string", "required": true}

Swagger 2.0 (the official documents) and OpenAPI 3.1 (ours) result in the same form. Descriptions
are left out: only facts are compared.
"""

REFUSED = "any operation refused"
FACETS = (
    "type",
    "format",
    "enum",
    "const",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "pattern",
)


def declared(document):
    statements = {}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            where = f"{method.upper()} {path}"
            statements[where] = {}
            statements |= _parameters(document, where, operation)
            statements |= _request_body(document, where, operation)
            for status, response in operation["responses"].items():
                if status.startswith("2"):
                    statements |= _response(document, f"{where} {status}", response)
                    statements[f"{where} {status}"] = _media_types(document, operation, response)
                else:  # the same for every operation, in either document
                    statements |= _response(document, REFUSED, response)
    return dict(sorted(statements.items()))


def resolved(document, schema):
    while "$ref" in schema:
        found = document
        for name in schema["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        schema = found
    return schema


def _facets(schema, required):
    return {name: schema[name] for name in FACETS if name in schema} | {"required": required}


def _members(document, where, schema, seen=()):
    """Returns a statement per member; members of members are behind a dot, `[]` is an array's
    items."""
    statements = {}
    schema = resolved(document, schema)
    for name, member in schema.get("properties", {}).items():
        member = resolved(document, member)
        path = f"{where}.{name}"
        statements[path] = _facets(member, name in schema.get("required", ()))
        if id(member) in seen:  # errors within errors
            continue
        within = (*seen, id(member))
        statements |= _members(document, path, member, within)
        if "items" in member:
            statements |= _members(document, f"{path}[]", member["items"], within)
    return statements


def _parameters(document, where, operation):
    statements = {}
    for parameter in operation.get("parameters", ()):
        parameter = resolved(document, parameter)
        if parameter["in"] in ("query", "path", "header"):
            name = f"{where} {parameter['in']} {parameter['name']}"
            required = parameter.get("required", False)
            statements[name] = _facets(parameter.get("schema", parameter), required)
    return statements


def _request_body(document, where, operation):
    statements = {}
    for parameter in operation.get("parameters", ()):  # Swagger 2.0
        if parameter.get("in") == "body":
            statements |= _members(document, f"{where} body", parameter["schema"])
        if parameter.get("in") == "formData":
            name = f"{where} body.{parameter['name']}"
            statements[name] = {"type": parameter["type"], "required": parameter["required"]}
    for content in operation.get("requestBody", {}).get("content", {}).values():
        statements |= _members(document, f"{where} body", content["schema"])
    return statements


def _media_types(document, operation, response):
    types = list(response.get("content", ()))
    if "schema" in response:  # Swagger 2.0
        types = operation.get("produces", document["produces"])
    return {"media types": types}


def _response(document, where, response):
    statements = {where: {}}
    for name, header in response.get("headers", {}).items():
        statements[f"{where} header {name.lower()}"] = _facets(header.get("schema", header), False)
    schemas = [each["schema"] for each in response.get("content", {}).values()]
    for schema in [response["schema"]] if "schema" in response else schemas:
        statements |= _members(document, f"{where} body", schema)
    return statements


def differences(theirs, ours):
    """Returns (statement, facet): what they declare and what we declare, None for a missing
    statement.

    A statement that only one of them makes differs in the facet `declared`.
    """
    found = {}
    for statement in sorted(set(theirs) | set(ours)):
        if statement not in theirs or statement not in ours:
            found[statement, "declared"] = (statement in theirs, statement in ours)
            continue
        one, other = theirs[statement], ours[statement]
        for facet in sorted(set(one) | set(other)):
            if one.get(facet) != other.get(facet):
                found[statement, facet] = (one.get(facet), other.get(facet))
    return found
