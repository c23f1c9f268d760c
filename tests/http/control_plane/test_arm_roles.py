"""`--auth claims`: the data plane requires the role on its pool. Tokens can contain it, the creator
of a pool has it, and role assignments give and remove it (api-spec/CONTROL-PLANE.md section 4)."""

import uuid

import pytest
import requests

from support.arm import CONTRIBUTOR, EXECUTOR, Arm, error_of, python_pool
from support.emulator import HTTP_SECONDS, Emulator, run_to_end

SESSIONS = "https://dynamicsessions.io"


def token_for(principal, audience=SESSIONS, **flags):
    """A web token of a principal, without a role."""
    options = [part for name, value in flags.items() for part in (f"--{name}", value)]
    wanted = ("token", "--audience", audience, "--oid", principal, "--no-role", *options)
    printed = run_to_end(*wanted)
    assert printed.returncode == 0, printed.stderr
    return printed.stdout.strip()


@pytest.fixture(scope="module")
def server():
    started = Emulator("--auth", "claims", "--executor", "the-executor", "--ready-sessions", "0",
                       "--no-zygote")  # fmt: skip
    yield started
    started.stop()


@pytest.fixture
def creator():
    return str(uuid.uuid4())


@pytest.fixture
def arm(server, creator):
    return Arm(server, token=token_for(creator, server.https))


@pytest.fixture
def pool(arm, pool_name):
    answer = arm.pool("PUT", pool_name, python_pool())
    assert answer.status_code == 200, answer.text
    return answer.json()


def run(arm, pool, principal):
    endpoint = pool["properties"]["poolManagementEndpoint"]
    return requests.get(
        f"{endpoint}/listSessions",
        params={"api-version": "2025-10-02-preview"},
        headers={"Authorization": f"Bearer {token_for(principal)}"},
        verify=arm._session.verify,
        timeout=HTTP_SECONDS,
    )


def test_only_the_creator_and_executors_may_use_a_pool(arm, pool, creator):
    assert pool["systemData"]["createdBy"] == creator
    assert run(arm, pool, creator).status_code == 200
    assert run(arm, pool, "the-executor").status_code == 200
    other = run(arm, pool, str(uuid.uuid4()))
    assert (other.status_code, other.json()["error"]["code"]) == (403, "AuthorizationFailed")


@pytest.mark.parametrize("levels_up", [0, 1, 2], ids=["pool", "group", "subscription"])
def test_an_assignment_gives_the_right_at_each_scope_and_its_deletion_takes_it(
    arm, pool, levels_up
):
    principal = str(uuid.uuid4())
    scope = pool["id"]
    scope = scope.split("/providers/")[0] if levels_up else scope
    scope = scope.split("/resourceGroups/")[0] if levels_up == 2 else scope
    assert run(arm, pool, principal).status_code == 403
    made = arm.assign(scope, EXECUTOR, principal, str(uuid.uuid4()))
    assert made.status_code == 201
    assert run(arm, pool, principal).status_code == 200
    assert arm.send("DELETE", made.json()["id"]).status_code == 200
    assert run(arm, pool, principal).status_code == 403


def test_an_assignment_on_another_pool_gives_nothing(arm, pool, pool_name):
    arm.pool("PUT", pool_name + "-b", python_pool())
    principal = str(uuid.uuid4())
    arm.assign(arm.pool_id(pool_name + "-b"), EXECUTOR, principal, str(uuid.uuid4()))
    assert run(arm, pool, principal).status_code == 403


def test_contributor_alone_is_refused_with_role_and_pool_in_the_reason(arm, pool):
    principal = str(uuid.uuid4())
    arm.assign(pool["id"], CONTRIBUTOR, principal, str(uuid.uuid4()))
    refused = run(arm, pool, principal)
    assert refused.status_code == 403
    reason = refused.headers["x-emulator-reason"]
    assert "Container Apps SessionPools Contributor" in reason and pool["id"] in reason
    arm.assign(pool["id"], EXECUTOR, principal, str(uuid.uuid4()))
    assert run(arm, pool, principal).status_code == 200


def test_the_creator_of_a_deleted_pool_has_no_right_on_a_new_one(arm, server, pool, creator):
    arm.pool("DELETE", pool["name"])
    other = Arm(server, token=token_for(str(uuid.uuid4()), server.https))
    other.pool("PUT", pool["name"], python_pool())
    assert run(arm, pool, creator).status_code == 403


@pytest.mark.parametrize(
    "audience", ["{arm}", "{arm}/", "https://management.azure.com", "https://management.azure.com/"]
)
def test_audiences_that_arm_takes(server, audience):
    token = token_for("p", audience.format(arm=server.https))
    assert Arm(server, token=token).pool("GET", "default").status_code == 200


def test_tokens_that_arm_refuses(server):
    for token, why in (
        (token_for("p"), "audience"),
        (token_for("p", server.https, **{"expires-in": "-60"}), "expired"),
        ("any", "malformed"),
    ):
        answer = Arm(server, token=token).pool("GET", "default")
        status, code, message = error_of(answer)
        assert (status, code) == (401, "InvalidAuthenticationToken")
        assert why in message
