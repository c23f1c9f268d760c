"""Bicep without its compiler: resources of literal values, read by pycep-parser, as an ARM template.
Enough for a file that declares session pools; anything else fails."""

import pycep

SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"


def arm_template(bicep):
    """Returns the ARM template, as a dict, for the text of a Bicep file."""
    parsed = pycep.BicepParser().parse(text=bicep)
    assert set(parsed) <= {"globals", "resources"}, "this file has more than resources"
    resources = [
        {"type": one["type"], "apiVersion": one["api_version"], **one["config"]}
        for one in parsed["resources"].values()
    ]
    return template(resources)


def template(resources, **parts):
    return {"$schema": SCHEMA, "contentVersion": "1.0.0.0", "resources": resources, **parts}
