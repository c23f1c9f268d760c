"""`--arm-operations long-running`: every change of a pool is an operation to poll, as for pools of
custom containers in Azure (api-spec/CONTROL-PLANE.md section 1.4)."""

import pytest

from support.arm import Arm, error_of, python_pool
from support.emulator import Emulator
from support.waiting import wait_until


@pytest.fixture(scope="module")
def polled():
    server = Emulator("--arm-operations", "long-running", "--ready-sessions", "0", "--no-zygote")
    yield Arm(server)
    server.stop()


def test_put_patch_and_delete_end_at_their_first_poll(polled):
    put = polled.pool("PUT", "a-pool", python_pool(), "2025-10-02-preview")
    assert put.status_code == 201
    assert put.json()["properties"]["provisioningState"] == "InProgress"
    assert put.headers["retry-after"] == "1"
    status = polled.send("GET", put.headers["azure-asyncoperation"], version=None)
    assert list(status.json()) == ["id", "name", "status", "startTime"]
    assert status.json()["status"] == "Succeeded"
    shown = polled.pool("GET", "a-pool").json()
    assert shown["properties"]["provisioningState"] == "Succeeded"

    patch = polled.pool("PATCH", "a-pool", {"tags": {"a": "b"}}, "2025-10-02-preview")
    assert (patch.status_code, patch.content) == (202, b"")
    assert patch.headers["retry-after"] == "1"
    result = polled.send("GET", patch.headers["location"], version=None)
    assert (result.status_code, result.json()["tags"]) == (200, {"a": "b"})

    delete = polled.pool("DELETE", "a-pool")
    assert (delete.status_code, delete.headers["retry-after"]) == (202, "1")
    assert polled.pool("GET", "a-pool").status_code == 404
    poll = delete.headers["location"]
    ended = lambda: polled.send("GET", poll, version=None).status_code == 204  # noqa: E731
    wait_until(ended, "the deletion does not end")
    assert polled.pool("DELETE", "a-pool").status_code == 204


def test_a_pool_works_as_soon_as_its_put_is_answered(polled):
    created = polled.pool("PUT", "b-pool", python_pool()).json()
    path = created["properties"]["poolManagementEndpoint"].removeprefix(polled.url)
    assert path.startswith("/subscriptions/")
    answer = polled.send(
        "POST", path + "/executions", {"code": "6 * 7", "codeInputType": "Inline"},
        "2025-10-02-preview", params={"identifier": "a-session"},
    )  # fmt: skip
    assert answer.json()["result"]["executionResult"] == 42


def test_a_patch_while_a_pool_is_deleted_finds_none(polled):
    polled.pool("PUT", "c-pool", python_pool())
    delete = polled.pool("DELETE", "c-pool")
    assert delete.status_code == 202
    assert error_of(polled.pool("PATCH", "c-pool", {"tags": {}}))[:2] == (404, "ResourceNotFound")


def test_an_operation_that_does_not_exist(polled):
    path = f"/subscriptions/{polled.scope().split('/')[2]}/providers/Microsoft.App/locations/x"
    for kind in ("operationStatuses", "operationResults"):
        answer = polled.send("GET", f"{path}/{kind}/unknown")
        assert error_of(answer)[:2] == (404, "ResourceNotFound")
