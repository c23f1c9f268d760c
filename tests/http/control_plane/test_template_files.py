"""`dynsessions pool apply` and --pools-file: pools from Azure's own files, without an Azure client."""

import json

import pytest
import requests

from support.arm import SUBSCRIPTION, Arm, python_pool
from support.bicep import template
from support.emulator import run_to_end

OUTPUTS = {"endpoint": {"type": "string", "value": "[reference('by-file').poolManagementEndpoint]"}}


def pool_resource(name, **more):
    resource = {"type": "Microsoft.App/sessionPools", "apiVersion": "2025-07-01", "name": name}
    return {**resource, **python_pool(maximum=7), **more}


@pytest.fixture
def files(tmp_path):
    """Writes a document and returns its path."""

    def write(name, document):
        path = tmp_path / name
        path.write_text(document if isinstance(document, str) else json.dumps(document))
        return str(path)

    return write


@pytest.fixture
def apply(arm_server):
    def run(*arguments, **environment):
        return run_to_end("pool", "apply", *arguments, "--server", arm_server.admin, **environment)

    return run


def definition_of(server, name, group="local"):
    path = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{group}/sessionPools/{name}"
    answer = requests.get(f"{server.admin}{path}", timeout=60)
    return answer.json() if answer.status_code == 200 else None


def test_a_template_is_applied_with_its_parameters(apply, files, arm_server):
    source = template(
        [pool_resource("[parameters('name')]")],
        parameters={"name": {"type": "string"}},
        outputs=OUTPUTS,
    )
    main = files("main.json", "// mine\n" + json.dumps(source))
    values = files("main.parameters.json", {"parameters": {"name": {"value": "by-file"}}})
    ended = apply(main, values)
    assert ended.returncode == 0, ended.stderr
    lines = ended.stdout.splitlines()
    assert lines[0].endswith("/providers/Microsoft.App/sessionPools/by-file")
    assert lines[1].startswith("endpoint = https://")
    assert definition_of(arm_server, "by-file")["maxSessions"] == 7

    answer = json.loads(apply(main, values, "-o", "json").stdout)
    assert answer["properties"]["provisioningState"] == "Succeeded"


def test_a_pool_is_applied_into_the_group_that_is_named(apply, files, arm_server):
    Arm(arm_server).create_group("group-of-file")
    path = files("a-pool.json", {"name": "by-body", **python_pool(maximum=3)})
    ended = apply(path, "--resource-group", "group-of-file")
    assert ended.returncode == 0, ended.stderr
    assert definition_of(arm_server, "by-body", "group-of-file")["maxSessions"] == 3


def test_a_bicep_file_needs_its_compiler(apply, files, tmp_path):
    path = files("main.bicep", template([pool_resource("by-bicep")]))
    ended = apply(path, PATH="/usr/bin:/bin")
    assert ended.returncode == 2
    assert "no `bicep` on PATH" in ended.stderr
    assert "az bicep build --file" in ended.stderr
    compiler = tmp_path / "bicep"
    compiler.write_text('#!/bin/sh\nexec cat "$3"\n')
    compiler.chmod(0o755)
    ended = apply(path, PATH=f"{tmp_path}:/usr/bin:/bin")
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.strip().endswith("/sessionPools/by-bicep")


def test_a_refusal_names_the_file_and_the_reason(apply, files):
    path = files("bad.json", template([pool_resource("[nope()]")]))
    ended = apply(path)
    assert ended.returncode == 1
    assert "bad.json" in ended.stderr
    assert "InvalidTemplate: " in ended.stderr
    assert "'nope'" in ended.stderr
    wrong = pool_resource("wrong")
    wrong["properties"] = {**wrong["properties"], "containerType": "FortranLTS"}
    ended = apply(files("wrong.json", template([wrong])))
    assert ended.returncode == 1
    assert "InvalidTemplateDeployment: " in ended.stderr
    assert "FortranLTS" in ended.stderr
    failing = [
        pool_resource("before"),
        pool_resource("after", tags={"x": "[reference('before').no]"}),
    ]
    ended = apply(files("failing.json", template(failing)))
    assert ended.returncode == 1
    assert "DeploymentFailed: " in ended.stderr


def test_files_are_read_before_anything_is_sent(apply, files, arm_server):
    good = files("good.json", template([pool_resource("not-made")]))
    ended = apply(good, files("bad.json", "{"))
    assert ended.returncode == 2
    assert "is not JSON" in ended.stderr
    assert definition_of(arm_server, "not-made") is None
    assert apply().returncode == 2


@pytest.mark.parametrize("kind", ["template", "pool"])
def test_the_server_starts_with_the_pools_of_a_file(emulator_factory, files, kind):
    documents = {
        "template": template([pool_resource("at-start")]),
        "pool": {"name": "at-start", **python_pool(maximum=7)},
    }
    path = files("pools.json", documents[kind])
    server = emulator_factory("--pools-file", path, "--ready-sessions", "0", "--no-zygote")
    assert definition_of(server, "at-start")["maxSessions"] == 7
    arm = Arm(server)
    assert arm.pool("GET", "at-start").json()["properties"]["provisioningState"] == "Succeeded"


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ("{", "is not JSON"),
        ({"maxSessions": 5}, "neither an ARM template"),
        (template([pool_resource("[nope()]")]), "'nope'"),
        (template([{"type": "A.B/c", "apiVersion": "1", "name": "x"}]), "A.B"),
        (
            {
                "name": "a-pool",
                "location": "northeurope",
                "properties": {"containerType": "FortranLTS"},
            },
            "FortranLTS",
        ),
    ],
)
def test_a_file_that_cannot_be_used_ends_the_start(files, document, words):
    path = files("pools.json", document)
    ended = run_to_end(
        "serve",
        "--pools-file",
        path,
        "--port",
        "0",
        "--admin-port",
        "0",
        "--https-port",
        "0",
        "--no-zygote",
        "--ready-sessions",
        "0",
    )
    assert ended.returncode == 2
    assert "--pools-file: " in ended.stderr
    assert "pools.json" in ended.stderr
    assert words in ended.stderr
