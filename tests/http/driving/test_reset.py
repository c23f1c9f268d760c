"""Reset of a pool, and the commands that drive a server."""

import json

from support.emulator import run_to_end


def test_a_reset_pool_is_as_new(pool):
    sessions = [pool.session(f"user-{number}") for number in range(10)]
    for session in sessions:
        session.executions("x = 1")
    pool.fault({"status": 503})
    pool.advance(10)

    assert pool.ask("POST", "/reset") == {"sessionsEnded": 10}

    assert pool.ask("GET", "/sessions")["value"] == []
    assert pool.ask("GET", "/faults")["value"] == []
    assert pool.journal() == []
    assert "NameError" in sessions[0].executions("x").text


def test_a_reset_keeps_the_parts_that_are_named(pool):
    session = pool.session()
    session.executions("x = 1")
    pool.fault({"status": 503}, operation="list_files")
    pool.ask("PUT", "/clock", json={"mode": "frozen"})
    pool.ask("POST", "/reset?keep=faults,journal,clock,sessions")
    assert len(pool.ask("GET", "/sessions")["value"]) == 1
    assert len(pool.ask("GET", "/faults")["value"]) == 1
    assert len(pool.journal()) == 1
    assert pool.ask("GET", "/clock")["mode"] == "frozen"

    assert pool.refused("POST", "/reset?keep=everything") == (400, "InvalidRequest", "keep")
    assert pool.refused("POST", "/reset?kep=faults") == (400, "InvalidRequest", "kep")
    assert pool.refused("POST", "/reset", json={"keep": "faults"})[2] == "keep"
    assert pool.refused("POST", "/reset?keep=sessions") == (409, "Conflict", "keep")
    assert len(pool.ask("GET", "/faults")["value"]) == 1  # the refused reset has changed nothing
    pool.ask("POST", "/reset?keep=faults&keep=clock")
    assert len(pool.ask("GET", "/faults")["value"]) == 1
    assert pool.ask("GET", "/clock")["mode"] == "frozen"
    pool.ask("POST", "/reset")
    assert pool.ask("GET", "/clock")["mode"] == "running"


def test_sessions_that_are_due_at_once_all_go(pool):
    for number in range(20):
        pool.session(f"user-{number}").list()
    fired = pool.advance(301)["fired"]
    assert len(fired) == 20
    assert pool.ask("GET", "/sessions")["value"] == []


def test_the_commands_are_clients_of_the_admin_api(server, pool):
    port = server.admin.rpartition(":")[2]

    def command(*words, code=0):
        ended = run_to_end(*words, "--admin-port", port)
        assert ended.returncode == code, ended.stderr
        return ended

    of_pool = ("--pool", pool.name)
    command("pool", "put", pool.name, "maxSessions=7", "readySessions=0")
    shown = json.loads(command("pool", "show", pool.name, "-o", "json").stdout)
    assert shown["maxSessions"] == 7
    command("pool", "set", pool.name, "maxSessions=8")
    assert pool.name in command("pool", "list").stdout
    pool.session("user-1").executions("1")
    listed = command("sessions", "list", *of_pool).stdout
    assert "user-1" in listed
    for address in (pool.endpoint, pool.endpoint.removeprefix(server.http)):
        assert command("sessions", "list", "--pool", address).stdout == listed
    guid = pool.ask("GET", "/sessions")["value"][0]["session"]
    assert guid in command("sessions", "show", guid).stdout
    command("sessions", "restart-kernel", guid)
    command("clock", "freeze", *of_pool)
    assert "session-expired" in command("clock", "advance", "PT1H", *of_pool).stdout
    command("clock", "scale", "2", *of_pool)
    assert json.loads(command("clock", "show", *of_pool, "-o", "json").stdout)["rate"] == 2.0
    command("clock", "resume", *of_pool)
    command("fault", "add", "pool-full", *of_pool)
    assert "pool-full" in command("fault", "list", *of_pool).stdout
    command("fault", "delete", "rule-1", *of_pool)
    command("fault", "clear", *of_pool)
    assert "execute" not in command("fault", "list", *of_pool).stdout
    assert "200" in command("journal", "list", *of_pool, "--operation", "execute").stdout
    met = '{"match":{"operation":"execute"},"count":1}'
    assert command("journal", "verify", met, *of_pool).stdout == "ok, found 1\n"
    unmet = command("journal", "verify", '{"match":{"status":500}}', *of_pool, code=1)
    assert "\nnearest:\n" in unmet.stderr
    assert command("fault", "clear", *of_pool, "-o", "json").stdout == "{}\n"
    lines = command("journal", "export", *of_pool, "-o", "json").stdout
    assert json.loads(lines)[0]["operation"] == "execute"
    assert "6" in command("journal", "export", *of_pool, "--format", "har").stdout
    command("journal", "clear", *of_pool)
    assert "sessions ended: 0" in command("reset", *of_pool).stdout
    assert "there is no effect" in command("fault", "add", '{"effect":{"x":1}}', code=1).stderr
    unknown = command("fault", "add", "pool-ful", code=1).stderr
    assert "there is no preset `pool-ful`\nthe presets are throttled, pool-full" in unknown
    assert "the name of the pool is empty" in command("reset", "--pool", "", code=2).stderr
    assert "seconds: expected" in command("clock", "advance", "-5", *of_pool, code=1).stderr
    command("clock", "advance", code=2)
    command("pool", "delete", pool.name)
    assert "no pool" in command("pool", "show", pool.name, code=1).stderr
