"""Too few file descriptors: the start and doctor warn early, and a client gets reason and cure."""

import itertools
import json
import os
import re
import resource

import pytest
import requests

from support.emulator import HTTP_SECONDS, run_to_end
from support.launchers import launchers_of
from support.waiting import wait_until

FEW = 256
WITH_FEW = ("prlimit", f"--nofile={FEW}:{FEW}")
CURE = "raise the limit of open files"


def descriptors_of(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def limit_that_leaves(free, pid):
    """Returns a soft limit that leaves this many descriptors free, as the limit applies to
    numbers."""
    taken = {int(number) for number in os.listdir(f"/proc/{pid}/fd")}
    numbers = (number for number in range(10_000) if number not in taken)
    return list(itertools.islice(numbers, free))[-1] + 1


def test_a_session_costs_as_many_descriptors_as_the_start_reckons_with(emulator_factory):
    server = emulator_factory("--ready-sessions", "0")
    first = server.session()
    first.executions("1")
    _, inner = launchers_of(server.pid)  # it holds the descriptors of the sandboxes
    limits = {server.pid: 4.5, inner: 9.5}
    before = {pid: descriptors_of(pid) for pid in limits}
    sessions = [server.session() for _ in range(10)]
    for session in sessions:
        assert session.executions("1").status_code == 200
    for pid, limit in limits.items():
        # Connections of the last requests can be closed after their answers.
        wait_until(
            lambda pid=pid, limit=limit: descriptors_of(pid) - before[pid] <= limit * len(sessions),
            f"a session costs {pid} more than {limit} descriptors",
        )


def test_a_client_gets_the_reason_and_the_cure_for_too_few_descriptors(emulator_factory):
    server = emulator_factory("--ready-sessions", "0", before=WITH_FEW)
    server.await_log(CURE)
    answers = [server.session().executions("6 * 7") for _ in range(100)]
    served = [answer for answer in answers if answer.status_code == 200]
    refused = [answer for answer in answers if answer.status_code != 200]
    told = int(re.search(r"is enough for (\d+) sessions", server.await_log("is enough for"))[1])
    assert len(served) >= told
    assert refused
    for answer in refused:
        assert answer.status_code == 500
        assert answer.headers["x-ms-error-code"] == "SessionAllocationFailed"
        assert answer.json()["error"]["message"] == "The emulator has too many open files."
        assert CURE in answer.headers["x-emulator-reason"]
    # Neither the server nor its first sessions are affected.
    assert requests.get(f"{server.admin}/health/live", timeout=HTTP_SECONDS).status_code == 200


def test_a_reply_that_the_server_has_no_descriptors_for_harms_nothing(emulator_factory):
    server = emulator_factory("--ready-sessions", "0")
    first = server.session()
    assert first.executions("6 * 7").status_code == 200
    limits = resource.prlimit(server.pid, resource.RLIMIT_NOFILE)
    answers = []

    def is_refused():
        few = limit_that_leaves(2, server.pid)  # an interpreter needs three
        resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (few, limits[1]))
        answers.append(server.session().executions("6 * 7"))
        return answers[-1].status_code != 200

    # A connection can be closed after its answer, and then more descriptors are left.
    wait_until(is_refused, "no session is refused")
    assert answers[-1].status_code == 500
    assert answers[-1].json()["error"]["message"] == "The emulator has too many open files."
    assert first.executions("6 * 7").status_code == 200
    resource.prlimit(server.pid, resource.RLIMIT_NOFILE, limits)
    assert server.session().executions("6 * 7").status_code == 200


def test_a_start_with_enough_descriptors_warns_of_nothing(emulator_factory):
    server = emulator_factory("--no-zygote", "--ready-sessions", "0")
    assert "open files" not in server.await_log("Point a client at it")


@pytest.mark.parametrize("few", [True, False])
def test_doctor_compares_descriptors_with_the_maximum_of_sessions(few):
    ended = run_to_end("doctor", "-o", "json", seconds=400, before=WITH_FEW if few else ())
    (check,) = (
        check
        for check in json.loads(ended.stdout)["checks"]
        if (check["section"], check["name"]) == ("limits", "open files of the server")
    )
    assert check["verdict"] == ("warning" if few else "good")
    assert (CURE in check["cure"]) == few
