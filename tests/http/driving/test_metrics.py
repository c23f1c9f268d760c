"""The counts at /metrics, as Prometheus reads them."""

import re

import pytest
import requests

from support.driving import DrivenPool
from support.emulator import BINARY
from support.sanitizers import sanitizer_of
from support.waiting import wait_until

SAMPLE = re.compile(r"^([a-z_]+)(?:\{(.*)\})? ([0-9.e+-]+|\+Inf)$")
LABEL = re.compile(r'([a-z_]+)="((?:[^"\\]|\\.)*)"')


def metrics(server):
    """Returns samples by name and labels; every line must be a comment or a sample."""
    answer = requests.get(f"{server.admin}/metrics", timeout=20)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    samples = {}
    for line in answer.text.splitlines():
        if line.startswith("# "):
            continue
        name, labels, value = SAMPLE.match(line).groups()
        samples[name, frozenset(LABEL.findall(labels or ""))] = float(value)
    return samples


def total(samples, name, **labels):
    wanted = set(labels.items())
    return sum(value for (found, has), value in samples.items() if found == name and wanted <= has)


def test_requests_programs_and_sessions_are_counted(start_server):
    server = start_server("--max-sessions", "1")
    pool = DrivenPool(server)
    session = pool.session()
    session.executions("1 + 1")
    session.executions("1 / 0")
    session.code_execute("2")
    pool.session("another").executions("1")  # the pool is full
    requests.get(f"{pool.endpoint}/files?identifier=a&api-version=2099-01-01", timeout=20)
    rule = {"preset": "throttled", "match": {"operation": "list_files"}}
    pool.ask("POST", "/faults", json=rule)
    session.list()

    found = metrics(server)
    done = dict(surface="data-plane", operation="execute", status="200")
    assert total(found, "dynsessions_requests_total", **done) == 3
    assert total(found, "dynsessions_requests_total", **done, api_version="2025-10-02-preview") == 2
    assert total(found, "dynsessions_requests_total", **done, api_version="2024-02-02-preview") == 1
    assert total(found, "dynsessions_requests_total", status="401", api_version="other") == 1
    assert total(found, "dynsessions_requests_total", status="429", operation="list_files") == 1
    assert total(found, "dynsessions_execution_seconds_count") == 3
    assert total(found, "dynsessions_executions_total", outcome="succeeded") == 2
    assert total(found, "dynsessions_executions_total", outcome="raised") == 1
    assert total(found, "dynsessions_allocation_seconds_count") == 1
    assert total(found, "dynsessions_allocations_refused_total") == 1
    assert total(found, "dynsessions_faults_hit_total", effect="throttled") == 1
    assert total(found, "dynsessions_sessions", state="idle") == 1
    assert total(found, "dynsessions_sessions", state="busy") == 0
    assert total(found, "dynsessions_ready_sessions") == 0

    session.end()
    ended = metrics(server)
    assert total(ended, "dynsessions_session_ends_total", reason="deleted") == 1
    assert total(ended, "dynsessions_sessions") == 0
    lags = "dynsessions_event_loop_lag_seconds_count"
    wait_until(lambda: total(metrics(server), lags) > 1, "the lag is not measured")


def test_names_that_clients_choose_are_no_labels(server, pool):
    pool.session("a-secret-identifier").list()
    text = requests.get(f"{server.admin}/metrics", timeout=20).text
    assert pool.name not in text and "a-secret-identifier" not in text


def test_ready_sessions_are_those_of_all_pools_once(start_server):
    """Pools made by their first use share the ready sessions of the default pool; a declared pool
    has separate ones."""
    server = start_server()
    first, second = DrivenPool(server), DrivenPool(server)
    second.session().list()
    first.ask("PUT", json={"readySessions": 1})

    def ready():
        return total(metrics(server), "dynsessions_ready_sessions") == 1

    wait_until(ready, "the reserve of the declared pool is not counted")
    first.send("DELETE")
    wait_until(lambda: not ready(), "the reserve of a deleted pool is still counted")


@pytest.mark.skipif(bool(sanitizer_of(BINARY)), reason="allocators of sanitizers report nothing")
def test_the_heap_grows_with_what_the_server_keeps(start_server):
    server = start_server()
    before = total(metrics(server), "dynsessions_heap_bytes")
    assert before > 100_000
    script = {"rules": [{"code": f"{n}", "stdout": "x" * 1_000_000} for n in range(2)]}
    answer = requests.put(f"{server.admin}/script", json=script, timeout=20)
    assert answer.status_code == 200, answer.text
    assert total(metrics(server), "dynsessions_heap_bytes") > before + 1_900_000
    requests.delete(f"{server.admin}/script", timeout=20)
    assert total(metrics(server), "dynsessions_heap_bytes") < before + 1_000_000
