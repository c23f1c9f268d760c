"""Answers that a test defines, or that were recorded, instead of programs that run."""

import base64
import hashlib
import json
import signal
import subprocess
import time

import pytest

from support.driving import Admin, DrivenPool
from support.emulator import BINARY, STOP_SECONDS, Emulator, run_to_end
from support.executions import finished
from support.processes import descendants

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()


def put(pool, *rules, strict=False):
    return pool.ask("PUT", "/script", json={"rules": list(rules), "strict": strict})


def result_of(answer):
    assert answer.status_code == 200, answer.text
    return answer.json()["result"]


@pytest.fixture(scope="module")
def scripted():
    """A server that has scripts only."""
    server = Emulator("--engine", "scripts", as_documented=False)
    yield server
    server.stop()


def test_a_program_is_answered_by_the_text_of_its_code(pool):
    put(pool, {"code": "price('ACME')", "result": 12.5, "stdout": "asked the market\n"})
    session = pool.session()

    answer = session.executions("price('ACME')")

    assert result_of(answer)["executionResult"] == 12.5
    assert result_of(answer)["stdout"] == "asked the market\n"
    assert answer.headers["x-emulator-reason"] == "script rule 1 of the pool"
    # Any other program is run by Python.
    assert result_of(session.executions("6 * 7"))["executionResult"] == 42
    [rule] = pool.ask("GET", "/script")["rules"]
    assert rule["hits"] == 1


def test_a_pattern_or_a_hash_answers_too_and_the_first_rule_wins(pool):
    code = "import pandas as pd\npd.read_csv('sales.csv').sum()"
    put(
        pool,
        {"sha256": hashlib.sha256(code.encode()).hexdigest(), "result": "by hash"},
        {"pattern": r"read_csv\('\w+\.csv'\)", "result": "by pattern"},
        {"pattern": "", "result": "anything"},
    )
    session = pool.session()
    assert result_of(session.executions(code))["executionResult"] == "'by hash'"
    assert result_of(session.executions("read_csv('a.csv')"))["executionResult"] == "'by pattern'"
    assert result_of(session.executions("1 +"))["executionResult"] == "'anything'"


@pytest.mark.parametrize(
    "given, shown",
    [
        ("text", "'text'"),
        (7, 7),
        (True, "True"),
        (None, None),
        ({"text": "[1, 2]"}, "[1, 2]"),
    ],
)
def test_a_result_is_shown_as_python_would(pool, given, shown):
    put(pool, {"code": "x", "result": given})
    assert result_of(pool.session().executions("x"))["executionResult"] == shown


def test_an_error_is_a_failed_program_like_any_other(pool):
    put(pool, {"code": "load()", "error": {"name": "ValueError", "message": "no such table"}})
    session = pool.session()
    answer = session.executions("load()").json()
    assert answer["status"] == "Failed"
    stderr = answer["result"]["stderr"]
    real = session.executions("raise ValueError('no such table')").json()["result"]["stderr"]
    assert stderr.splitlines()[0] == real.splitlines()[0] == "no such table" + "-" * 75
    assert stderr.splitlines()[1] == real.splitlines()[1]
    assert stderr.splitlines()[-1] == real.splitlines()[-1] == "ValueError: no such table"


def test_a_figure_is_shown_as_matplotlib_would(pool):
    put(pool, {"code": "plot()", "figure": PNG, "result": {"text": "<Figure>"}})
    result = result_of(pool.session().executions("plot()"))["executionResult"]
    assert result == {"type": "image", "format": "png", "base64_data": PNG}


def test_a_delay_ends_at_the_timeout_of_the_program(pool):
    put(
        pool,
        {"code": "slow()", "delaySeconds": 0.3, "result": 1},
        {"code": "hang()", "delaySeconds": 600},
    )
    session = pool.session()
    began = time.monotonic()
    assert result_of(session.executions("slow()"))["executionTimeInMilliseconds"] == 300
    assert time.monotonic() - began >= 0.3
    answer = session.executions("hang()", timeoutInSeconds=1).json()
    assert answer["status"] == "Failed"
    assert "Request timed out" in answer["result"]["stderr"]


def test_a_rule_can_answer_a_number_of_times(pool):
    put(
        pool,
        {"code": "job.status()", "result": "queued", "times": 2},
        {"code": "job.status()", "result": "done"},
    )
    session = pool.session()
    answers = [result_of(session.executions("job.status()"))["executionResult"] for _ in range(4)]
    assert answers == ["'queued'", "'queued'", "'done'", "'done'"]


def test_a_strict_script_refuses_what_no_rule_matches(pool):
    put(pool, {"code": "1", "result": 1}, strict=True)
    session = pool.session()
    refused = session.executions("2")
    assert refused.status_code == 501
    error = refused.json()["error"]
    assert error["code"] == "ProgramNotScripted"
    assert hashlib.sha256(b"2").hexdigest() in error["message"]
    assert "strict" in refused.headers["x-emulator-reason"]
    [entry] = pool.journal(status=501)
    assert entry["code"] == "2"
    # The session continues.
    assert result_of(session.executions("1"))["executionResult"] == 1


def test_an_asynchronous_program_without_a_rule_fails_with_the_reason(pool):
    put(pool, strict=True)
    session = pool.session()
    started = session.executions("2", executionType="Asynchronous")
    assert started.status_code in (200, 202)
    answer = finished(session, started.json()["id"]).json()
    assert answer["status"] == "Failed"
    assert "No rule of the script matches" in answer["result"]["stderr"]


def test_scripts_of_pools_are_their_own_and_those_of_the_server_hold_for_all(start_server):
    server = start_server()
    one, other = DrivenPool(server, "one"), DrivenPool(server, "other")
    put(one, {"code": "who()", "result": "one"})
    server_script = {"rules": [{"code": "who()", "result": "anybody"}]}
    Admin(server).ask("PUT", "/script", json=server_script)
    assert result_of(one.session().executions("who()"))["executionResult"] == "'one'"
    assert result_of(other.session().executions("who()"))["executionResult"] == "'anybody'"
    one.ask("POST", "/reset")
    assert result_of(one.session().executions("who()"))["executionResult"] == "'anybody'"


def test_a_reset_forgets_the_script_unless_it_is_kept(pool):
    put(pool, {"code": "1", "result": 2})
    pool.ask("POST", "/reset?keep=script")
    assert result_of(pool.session().executions("1"))["executionResult"] == 2
    pool.ask("POST", "/reset")
    assert pool.ask("GET", "/script") == {"rules": [], "strict": False}
    assert result_of(pool.session().executions("1"))["executionResult"] == 1


@pytest.mark.parametrize(
    "script, field",
    [
        ({}, "rules"),
        ({"rules": {}}, "rules"),
        ({"rules": [{"code": "1"}], "strict": "yes"}, "strict"),
        ({"rules": [{"code": "1"}], "stric": True}, "stric"),
        ({"rules": [{"result": 1}]}, "rules[0].code"),
        ({"rules": [{"code": "1"}, {"code": "1", "pattern": "1"}]}, "rules[1].code"),
        ({"rules": [{"pattern": "("}]}, "rules[0].pattern"),
        ({"rules": [{"sha256": "abc"}]}, "rules[0].sha256"),
        ({"rules": [{"code": "1", "result": [{"a": 1}]}]}, "rules[0].result"),
        ({"rules": [{"code": "1", "result": {"html": "x"}}]}, "rules[0].result.html"),
        ({"rules": [{"code": "1", "result": {}}]}, "rules[0].result.text"),
        ({"rules": [{"code": "1", "error": {"message": "x"}}]}, "rules[0].error.name"),
        ({"rules": [{"code": "1", "error": "x", "result": 1}]}, "rules[0].error"),
        ({"rules": [{"code": "1", "figure": "no base64!"}]}, "rules[0].figure"),
        ({"rules": [{"code": "1", "delaySeconds": -1}]}, "rules[0].delaySeconds"),
        ({"rules": [{"code": "1", "times": 0}]}, "rules[0].times"),
        ({"rules": [{"code": "1", "retult": 1}]}, "rules[0].retult"),
    ],
)
def test_a_wrong_script_is_refused_by_field_and_changes_nothing(pool, script, field):
    put(pool, {"code": "1", "result": 2})
    assert pool.refused("PUT", "/script", json=script) == (400, "InvalidRequest", field)
    assert len(pool.ask("GET", "/script")["rules"]) == 1


def test_what_python_answered_becomes_a_script_that_a_project_commits(pool, scripted):
    pool.ask("POST", "/script/recording")
    session = pool.session()
    programs = [
        "x = 1",
        "x += 1\nx",
        "x += 1\nx",
        "print('out'); import sys; print('err', file=sys.stderr)",
        "'a text'",
        "1/0",
        "import matplotlib.pyplot as plt\nplt.figure(figsize=(1, 1)); plt.plot([1]); plt.show()",
        "[1, 2]",
        "None",
    ]
    real = [session.executions(program).json() for program in programs]
    recording = pool.ask("GET", "/script/recording")
    pool.ask("DELETE", "/script/recording")
    assert recording["strict"] is True and "omitted" not in recording

    replayed_pool = DrivenPool(scripted)
    replayed_pool.ask("PUT", "/script", json=recording)
    replaying = replayed_pool.session()

    for program, expected in zip(programs, real):
        answer = replaying.executions(program).json()
        for varying in (answer, expected):
            varying.pop("id")
            varying["result"].pop("executionTimeInMilliseconds")
        assert answer == expected
    assert replaying.executions("x").status_code == 501
    assert pool.refused("GET", "/script/recording") == (404, "RecordingNotFound", "recording")


def test_a_recording_tells_what_it_could_not_keep(pool):
    pool.ask("POST", "/script/recording")
    session = pool.session()
    session.executions("import os; os._exit(1)")
    session.code_execute("print('x' * (2 << 20))")
    recording = pool.ask("GET", "/script/recording")
    assert recording["rules"] == []
    assert [one["why"] for one in recording["omitted"]] == [
        "its interpreter ended",
        "one of its texts is longer than 1 MiB",
    ]


def test_a_server_of_scripts_needs_no_python(scripted):
    pool = DrivenPool(scripted)
    refused = pool.session().executions("1 + 1")
    assert refused.status_code == 501 and "no Python" in refused.json()["error"]["message"]
    put(pool, {"pattern": r"1 \+ 1", "result": 2})
    session = pool.session()
    assert result_of(session.executions("1 + 1"))["executionResult"] == 2
    # Files are real.
    session.upload("a.txt", b"content")
    assert session.content("a.txt").content == b"content"
    components = Admin(scripted).ask("GET", "/health/ready")["components"]
    assert [one["name"] for one in components] == ["scripts"]


def test_a_server_of_scripts_starts_from_a_file(tmp_path, start_server):
    file = tmp_path / "answers.json"
    file.write_text(json.dumps({"rules": [{"code": "x", "result": "from the file"}]}))
    server = start_server("--engine", "scripts", "--script", str(file), "--python", "/nowhere")
    pool = DrivenPool(server)
    assert result_of(pool.session().executions("x"))["executionResult"] == "'from the file'"
    pool.ask("POST", "/reset")
    assert result_of(pool.session().executions("x"))["executionResult"] == "'from the file'"


@pytest.mark.parametrize(
    "content, complaint",
    [
        ("no json", "it is not JSON"),
        ('{"rules":[{"code":"1","resul":2}]}', "rules[0].resul: there is no such member"),
        (None, "No such file or directory"),
    ],
)
def test_a_file_that_is_no_script_keeps_the_server_from_starting(tmp_path, content, complaint):
    file = tmp_path / "answers.json"
    if content is not None:
        file.write_text(content)
    ended = run_to_end(
        "serve", "--engine", "scripts", "--script", str(file), "--port", "0", "--admin-port", "0"
    )
    assert ended.returncode == 2
    assert f"--script {file}: {complaint}" in ended.stderr


def test_a_server_of_scripts_starts_no_other_process():
    """So it is ready at once, and needs neither Python nor a sandbox."""
    command = [BINARY, "serve", "--engine", "scripts", "--port", "0", "--admin-port", "0"]
    command += ["--https-port", "off", "--quiet", "--unlisted"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    events = [json.loads(server.stdout.readline())["event"] for _ in range(2)]
    started = descendants(server.pid)
    server.send_signal(signal.SIGTERM)
    assert server.wait(STOP_SECONDS) == 0
    server.stdout.close()
    assert events == ["listening", "ready"]
    assert not started


def test_the_commands_show_and_replace_scripts(server, pool, tmp_path):
    port = server.admin.rpartition(":")[2]

    def command(*words, code=0):
        ended = run_to_end("script", *words, "--pool", pool.name, "--admin-port", port)
        assert ended.returncode == code, ended.stderr
        return ended

    file = tmp_path / "answers.json"
    file.write_text(json.dumps({"rules": [{"code": "6 * 7", "result": 43}]}))
    assert "code 6 * 7" in command("put", str(file)).stdout
    assert result_of(pool.session().executions("6 * 7"))["executionResult"] == 43
    assert json.loads(command("show", "-o", "json").stdout)["rules"][0]["hits"] == 1
    command("clear")
    command("record")
    pool.session().executions("6 * 7")
    recorded = json.loads(command("recording").stdout)
    assert recorded["rules"] == [{"code": "6 * 7", "result": {"text": "42"}}]
    command("stop")
    assert "Nothing is being recorded" in command("recording", code=1).stderr
    file.write_text('{"rules": 1}')
    assert "rules: expected a list" in command("put", str(file), code=1).stderr
