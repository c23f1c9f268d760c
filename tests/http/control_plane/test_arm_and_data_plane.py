"""The data plane obeys the pool that was made through ARM: limits, changes, deletion."""

import contextlib
import threading

import requests

from support.arm import Arm, python_pool
from support.driving import DrivenPool
from support.emulator import HTTP_SECONDS, Session
from support.processes import descendants
from support.waiting import PAUSE_SECONDS


class PoolClient:
    """A client of the data plane at the https endpoint that ARM named."""

    def __init__(self, arm, pool):
        self.endpoint = pool["properties"]["poolManagementEndpoint"]
        self._arm = arm

    def run(self, identifier, code, token="any"):
        return requests.post(
            f"{self.endpoint}/executions",
            params={"identifier": identifier, "api-version": "2025-10-02-preview"},
            headers={"Authorization": f"Bearer {token}"},
            json={"codeInputType": "Inline", "executionType": "Synchronous", "code": code},
            verify=self._arm._session.verify,
            timeout=HTTP_SECONDS,
        )


def result_of(answer):
    assert answer.status_code in (200, 202), answer.text
    return answer.json()["result"]["executionResult"]


def test_maximum_patch_deletion_and_a_new_pool_of_the_same_name(arm, pool_name):
    created = arm.pool("PUT", pool_name, python_pool(maximum=2))
    client = PoolClient(arm, created.json())
    assert client.endpoint.startswith("https://")
    client.run("first", "kept = 41")
    client.run("second", "1")
    third = client.run("third", "1")
    assert (third.status_code, third.json()["error"]["code"]) == (404, "SessionPoolExhausted")

    scale = {"properties": {"scaleConfiguration": {"maxConcurrentSessions": 4}}}
    assert arm.pool("PATCH", pool_name, scale).status_code == 200
    assert result_of(client.run("third", "1 + 1")) == 2
    assert result_of(client.run("first", "kept + 1")) == 42

    assert arm.pool("DELETE", pool_name).status_code == 204
    gone = client.run("first", "kept")
    assert (gone.status_code, gone.json()["error"]["code"]) == (404, "SessionPoolNotFound")
    assert "deleted" in gone.headers["x-emulator-reason"]

    assert arm.pool("PUT", pool_name, python_pool(maximum=2)).status_code == 200
    assert result_of(client.run("first", "'kept' in globals()")) in (False, "False")


def test_a_reset_opens_the_names_of_deleted_pools(emulator_factory):
    server = emulator_factory("--ready-sessions", "0", "--no-zygote")
    arm = Arm(server)
    created = arm.pool("PUT", "a-pool", python_pool()).json()
    arm.pool("DELETE", "a-pool")
    client = PoolClient(arm, created)
    assert client.run("a-session", "1").status_code == 404
    assert requests.post(f"{server.admin}/pools/a-pool/reset", timeout=60).status_code == 200
    assert client.run("a-session", "1").status_code == 200


def test_cooldown_of_the_pool_ends_its_sessions(arm, arm_server, pool_name):
    client = PoolClient(arm, arm.pool("PUT", pool_name, python_pool(cooldown=300)).json())
    clock = DrivenPool(arm_server, pool_name)
    clock.ask("PUT", "/clock", json={"mode": "frozen"})
    client.run("a-session", "kept = 1")
    assert clock.advance(299)["fired"] == []
    fired = clock.advance(1)["fired"]
    assert [one["what"] for one in fired] == ["session-expired"]


def test_a_short_cooldown_is_taken_for_tests(arm, arm_server, pool_name):
    created = arm.pool("PUT", pool_name, python_pool(cooldown=1))
    assert created.status_code == 200
    declared = requests.get(f"{arm_server.admin}/pools/{pool_name}", timeout=60).json()
    assert declared["cooldownPeriod"] == 1


def test_exact_servers_hold_the_documented_range(emulator_factory):
    arm = Arm(emulator_factory("--exact", "--ready-sessions", "0", "--no-zygote"))
    for cooldown, status in ((299, 400), (300, 200), (3600, 200), (3601, 400)):
        answer = arm.pool("PUT", "a-pool", python_pool(cooldown=cooldown))
        assert answer.status_code == status, answer.text
        assert not [name for name in answer.headers if name.startswith("x-emulator")]


def test_declared_pools_only(emulator_factory):
    server = emulator_factory("--pools", "declared", "--ready-sessions", "0", "--no-zygote")
    arm = Arm(server)
    own = Session(server.endpoint, "a-session").executions("1")
    assert own.status_code == 200
    endpoint = server.endpoint.replace("sessionPools/default", "sessionPools/a-pool")
    refused = Session(endpoint, "a-session").executions("1")
    assert (refused.status_code, refused.json()["error"]["code"]) == (404, "SessionPoolNotFound")
    assert "--pools declared" in refused.headers["x-emulator-reason"]
    arm.pool("PUT", "a-pool", python_pool())
    assert Session(endpoint, "a-session").executions("1").status_code == 200
    arm.pool("DELETE", "a-pool")
    assert Session(endpoint, "a-session").executions("1").status_code == 404


def test_the_arm_id_of_a_pool_works_as_an_endpoint(arm, pool_name):
    """Users make this mistake, and the data plane has always accepted it."""
    created = arm.pool("PUT", pool_name, python_pool()).json()
    created["properties"]["poolManagementEndpoint"] = arm.url + created["id"]
    assert result_of(PoolClient(arm, created).run("a-session", "6 * 7")) == 42


def test_egress_of_later_sessions_follows_a_patch(arm, arm_server, pool_name):
    arm.pool("PUT", pool_name, python_pool())
    network = {"properties": {"sessionNetworkConfiguration": {"status": "EgressEnabled"}}}
    patched = arm.pool("PATCH", pool_name, network)
    declared = requests.get(f"{arm_server.admin}/pools/{pool_name}", timeout=60).json()
    if patched.status_code == 200:
        assert declared["networkStatus"] == "EgressEnabled"
    else:  # this machine cannot give sessions a network: the request is refused and changes nothing
        assert patched.status_code == 400 and "network" in patched.text.lower()
        assert declared["networkStatus"] == "EgressDisabled"


@contextlib.contextmanager
def processes_seen_below(server):
    """Collects the pids of descendants that exist at some time inside the block, or at its end."""
    seen, over = set(), threading.Event()

    def watch():
        while not over.wait(PAUSE_SECONDS):
            seen.update(descendants(server.pid))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()
        seen.update(descendants(server.pid))


def test_pools_without_ready_sessions_start_no_interpreter_before_they_are_used(emulator_factory):
    server = emulator_factory("--ready-sessions", "0")
    arm = Arm(server)

    def use(number):
        created = arm.pool("PUT", f"pool-{number}", python_pool(maximum=10 + number)).json()
        return PoolClient(arm, created).run("a-session", "6 * 7")

    result_of(use(0))  # the first session of the server starts processes that all share
    before = set(descendants(server.pid))
    with processes_seen_below(server) as seen:
        result_of(use(1))
    of_one = len(seen - before)
    assert of_one > 0
    before = set(descendants(server.pid))
    with processes_seen_below(server) as seen:
        for number in range(2, 10):
            arm.pool("PUT", f"pool-{number}", python_pool(maximum=10 + number))
        result_of(use(10))
    assert len(seen - before) <= 2 * of_one
