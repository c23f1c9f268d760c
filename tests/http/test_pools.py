"""Pools of the config file, side by side in one server, each with a separate definition."""

import json

import pytest
import requests

from support.emulator import HTTP_SECONDS, Emulator, Session, run_to_end
from support.waiting import wait_until

POOLS = [
    {"name": "brief", "cooldownPeriod": 2, "maxSessions": 50},
    {"name": "single", "maxSessions": 1},
    {"name": "small", "memoryLimitMb": 128, "dataQuotaMb": 8, "maxFiles": 40},
    {"name": "roomy", "memoryLimitMb": 700, "dataQuotaMb": 64, "resourceGroup": "elsewhere"},
    {"name": "cold", "readySessions": 0, "maxProcesses": 20, "cpuLimit": 0.5},
    {"name": "strict", "auth": "claims", "readySessions": 0},
]
# More than the small pool's limit, less than the large pool's limit.
TAKE_MEMORY = "block = bytearray(300 << 20)\nlen(block)"


def path_of(pool, group="local"):
    return (
        "/subscriptions/00000000-0000-0000-0000-000000000000"
        f"/resourceGroups/{pool.get('resourceGroup', group)}/sessionPools/{pool['name']}"
    )


def write_config(directory, pools, **options):
    path = directory / "config.json"
    path.write_text(json.dumps({"pools": pools, **options}))
    return str(path)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    running = Emulator("--config", write_config(tmp_path_factory.mktemp("pools"), POOLS))
    yield running
    running.stop()


@pytest.fixture
def session_in(server):
    """Returns a function that opens a session of a declared pool, by the pool's name."""

    def make(name, identifier="me-and-only-me"):
        pool = next(pool for pool in POOLS if pool["name"] == name)
        return Session(server.http + path_of(pool), identifier)

    return make


def result_of(answer):
    assert answer.status_code == 200, answer.text
    return answer.json()["result"]


def test_a_session_ends_by_the_cooldown_of_its_pool(session_in):
    brief, single = session_in("brief"), session_in("single")
    for session in (brief, single):
        assert result_of(session.executions("x = 1\nx"))["executionResult"] == 1
    wait_until(lambda: brief.send("GET", "session").status_code != 200, "the session goes on")
    assert "NameError" in brief.executions("x").text
    assert result_of(single.executions("x"))["executionResult"] == 1
    single.end()


def test_each_pool_has_its_own_maximum(session_in):
    first, second = session_in("single", "first-of-one"), session_in("single", "second-of-one")
    assert first.executions("1").status_code == 200
    refused = second.executions("1")
    assert refused.status_code == 404, refused.text
    assert "maximum of 1 concurrent" in refused.text
    others = [session_in("brief", f"number-{number}") for number in range(3)]
    assert [other.executions("1").status_code for other in others] == [200] * 3
    first.end()


def test_each_pool_has_its_own_memory_limit(session_in):
    small = session_in("small").executions(TAKE_MEMORY)
    assert small.status_code == 200, small.text
    assert "MemoryError" in small.text or "Kernel restarted" in small.text, small.text
    assert result_of(session_in("roomy").executions(TAKE_MEMORY))["executionResult"] == 300 << 20


def test_each_pool_has_its_own_quotas(session_in):
    content = b"x" * (16 << 20)
    assert session_in("small", "files").upload("large.bin", content).status_code == 507
    assert session_in("roomy", "files").upload("large.bin", content).status_code == 200
    count = "for n in range(60): open(f'/mnt/data/{n}', 'w').close()"
    assert "No space left" in session_in("small", "names").executions(count).text
    assert "No space left" not in session_in("roomy", "names").executions(count).text


def test_a_pool_without_ready_sessions_serves(session_in):
    cold = session_in("cold")
    assert result_of(cold.executions("6 * 7"))["executionResult"] == 42
    threads = "import threading\nfor n in range(40): threading.Thread(target=threading.Event().wait, daemon=True).start()"
    assert "can't start new thread" in cold.executions(threads).text


def test_each_pool_has_its_own_rule_for_tokens(session_in):
    assert session_in("strict").executions("1").status_code == 401
    assert session_in("cold", "with-any-token").executions("1").status_code == 200
    token = run_to_end("token").stdout.strip()
    answer = session_in("strict").executions("1", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200, answer.text


def test_names_of_pools_do_not_depend_on_case_and_others_exist_by_first_use(server, session_in):
    session_in("roomy", "same-key").executions("y = 5")
    again = Session(f"{server.http}{path_of(POOLS[3])}".replace("roomy", "ROOMY"), "same-key")
    assert result_of(again.executions("y"))["executionResult"] == 5
    undeclared = Session(server.http + path_of({"name": "undeclared"}), "someone-here")
    assert result_of(undeclared.executions("1 + 1"))["executionResult"] == 2


def test_health_and_banner_name_every_declared_pool(server):
    components = requests.get(f"{server.admin}/health/ready", timeout=HTTP_SECONDS).json()[
        "components"
    ]
    names = [component["name"] for component in components]
    assert names.count("interpreter") == 1
    assert {f"interpreter of {pool['name']}" for pool in POOLS} <= set(names)
    for pool in POOLS:
        server.await_log(f"{pool['name']}: PythonLTS in local")


def test_an_entry_redefines_the_default_pool(emulator_factory, tmp_path):
    config = write_config(tmp_path, [{"name": "default", "maxSessions": 1}])
    server = emulator_factory("--config", config)
    assert server.session("one-of-them").executions("1").status_code == 200
    assert server.session("two-of-them").executions("1").status_code == 404
    other = Session(server.http + path_of({"name": "by-first-use"}), "one-of-them")
    assert other.executions("1").status_code == 200
    other.identifier = "two-of-them"
    assert other.executions("1").status_code == 200


@pytest.mark.parametrize(
    ("pools", "message"),
    [
        ([{"maxSessions": 1}], "pools[0], name: a pool needs one"),
        ([{"name": "a"}, {"name": "b", "coolDown": 5}], "pools[1] `b`, coolDown: a pool has no such member"),
        ([{"name": "b", "cooldownPeriod": "soon"}], "pools[0] `b`, cooldownPeriod: expected a whole number"),
        ([{"name": "b", "maxSessions": 1, "readySessions": 2}], "pools[0] `b`, readySessions: 2 is more than"),
        ([{"name": "b", "containerType": "Basic"}], "pools[0] `b`, containerType: expected PythonLTS"),
        ([{"name": "a"}, {"name": "A"}], "pools[1] `A`, name: pools[0] has the same name"),
    ],
)  # fmt: skip
def test_a_definition_that_cannot_be_used_starts_nothing(tmp_path, pools, message):
    ready_file = tmp_path / "ready"
    ended = run_to_end(
        "--port", "0", "--admin-port", "0", "--ready-file", str(ready_file),
        "--config", write_config(tmp_path, pools), DYNSESSIONS_HTTPS_PORT="off",
    )  # fmt: skip
    assert ended.returncode == 2, ended.stderr
    assert message in ended.stderr
    assert ended.stdout == ""
    assert not ready_file.exists()


def test_egress_that_this_machine_lacks_names_pool_and_member(tmp_path):
    config = write_config(tmp_path, [{"name": "out", "networkStatus": "EgressEnabled"}])
    ended = run_to_end(
        "--port", "0", "--admin-port", "0", "--config", config,
        DYNSESSIONS_HTTPS_PORT="off", PATH="/nowhere",
    )  # fmt: skip
    assert ended.returncode == 2, ended.stderr
    assert "pool `out`, networkStatus: EgressEnabled needs slirp4netns" in ended.stderr
    assert ended.stdout == ""
