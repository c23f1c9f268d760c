"""`dynsessions exec` and `dynsessions env`, with which unchanged clients run against a server."""

import concurrent.futures
import contextlib
import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys

import pytest
import requests

from support.emulator import BINARY, HEARING_SIGNALS, START_SECONDS, STOP_SECONDS, run_to_end
from support.processes import descendants
from support.waiting import wait_until

# Loads few modules, so that a server starts quickly.
CLEAN = {"PATH": "/usr/bin:/bin", "DYNSESSIONS_PRELOAD": "json", "DYNSESSIONS_READY_SESSIONS": "1"}

ASK = """
import os
from langchain_azure_dynamic_sessions import SessionsPythonREPLTool
tool = SessionsPythonREPLTool(
    pool_management_endpoint=os.environ["AZURE_DYNAMIC_SESSIONS_POOL_MANAGEMENT_ENDPOINT"]
)
print(tool.invoke("6 * 7"))
"""

# The endpoint and the identity, as a shell sees them.
SHOW = 'echo "$POOL_MANAGEMENT_ENDPOINT $IDENTITY_ENDPOINT ${AZURE_CLIENT_SECRET-unset}"'


@pytest.fixture
def clean(tmp_path):
    return {**CLEAN, "HOME": str(tmp_path), "TMPDIR": str(tmp_path)}


def run_exec(environment, *words, seconds=400):
    return subprocess.run(
        [BINARY, "exec", *words],
        env=environment,
        capture_output=True,
        text=True,
        timeout=seconds,
    )


def test_langchain_as_documented_runs_in_a_clean_shell(clean):
    ended = run_exec(clean, "--auth", "claims", "--", sys.executable, "-c", ASK)
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["result"] == 42


def test_the_command_gets_the_pool_and_no_other_identity(clean):
    ended = run_exec({**clean, "AZURE_CLIENT_SECRET": "mine"}, "--", "sh", "-c", SHOW)
    endpoint, identity, secret = ended.stdout.split()
    assert endpoint.startswith("http://127.0.0.1:") and identity.endswith("/msi/token")
    assert secret == "unset"


@pytest.mark.parametrize(
    "command, code",
    [
        (["true"], 0),
        (["sh", "-c", "exit 7"], 7),
        (["sh", "-c", "kill -KILL $$"], 128 + signal.SIGKILL),
        (["there-is-no-such-program"], 127),
        (["/etc/passwd"], 126),
    ],
)
def test_the_exit_code_is_that_of_the_command(clean, command, code):
    assert run_exec(clean, "--", *command).returncode == code


def test_a_server_that_does_not_start_says_why(clean):
    ended = run_exec(clean, "--python", "/bin/false", "--", "true")
    assert (ended.returncode, ended.stdout) == (4, "")
    assert "IPython" in ended.stderr


def test_without_a_command_it_is_wrong_usage():
    ended = run_to_end("exec", "--auth", "off")
    assert ended.returncode == 2
    assert "needs a command" in ended.stderr


def test_the_log_is_kept_if_the_command_fails(clean, tmp_path):
    log = tmp_path / "server.log"
    run_exec(clean, "--keep-log", str(log), "--", "true")
    assert not log.exists()
    ended = run_exec(clean, "--keep-log", str(log), "--", "false")
    assert ended.returncode == 1 and str(log) in ended.stderr
    assert "stopping" in log.read_text()


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_signals_reach_the_command_and_the_server_is_stopped(clean, tmp_path, sent):
    up = tmp_path / "up"
    name = sent.name.removeprefix("SIG")
    waits = f'trap "exit 9" {name}; touch {up}; while :; do sleep 0.05; done'
    process = subprocess.Popen(
        [*HEARING_SIGNALS, BINARY, "exec", "--", "sh", "-c", waits],
        env=clean,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until(up.exists, "the command does not run", START_SECONDS)
        with watched_below(process.pid) as below:
            process.send_signal(sent)
            assert process.wait(STOP_SECONDS) == 9
            assert len(below) > 3, "there was no server"
            wait_until(lambda: all(map(has_ended, below)), "something is left")
    finally:
        process.kill()


def test_a_killed_exec_takes_its_server_along(clean, tmp_path):
    up = tmp_path / "up"
    process = subprocess.Popen(
        [BINARY, "exec", "--", "sh", "-c", f"touch {up}; exec sleep 1000"],
        env=clean,
        stderr=subprocess.DEVNULL,
    )
    wait_until(up.exists, "the command does not run", START_SECONDS)
    with watched_below(process.pid) as below:
        process.kill()
        process.wait()
        wait_until(lambda: all(map(has_ended, below)), "something is left")


def test_many_at_once_do_not_meet_and_leave_nothing(clean, tmp_path, tmp_path_factory):
    """Nothing is left: no process (and so no port), and no file except those of the certificate
    authority. Each command waits until all of them run."""
    environment = {
        **clean,
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "DYNSESSIONS_READY_SESSIONS": "0",
        "DYNSESSIONS_NO_ZYGOTE": "1",
    }
    assert run_exec(environment, "--", "true").returncode == 0
    files, others = files_below(tmp_path), set(descendants(os.getpid()))
    meeting = tmp_path_factory.mktemp("meeting")
    together = f"touch {meeting}/$$; until [ -e {meeting}/go ]; do sleep 0.1; done; {SHOW}"
    with contextlib.ExitStack() as stack:
        several = stack.enter_context(concurrent.futures.ThreadPoolExecutor(32))
        stack.callback((meeting / "go").touch)  # ends the commands also if the test fails
        command = ("--", "sh", "-c", together)
        running = [several.submit(run_exec, environment, *command) for _ in range(32)]
        wait_until(lambda: len(list(meeting.iterdir())) == 32, "not all commands run", 400)
        started = set(descendants(os.getpid())) - others
        processes = stack.enter_context(watched(started))
        (meeting / "go").touch()
        ended = [one.result() for one in running]
        assert [one.returncode for one in ended] == [0] * 32, [one.stderr for one in ended]
        assert len({one.stdout.split()[0] for one in ended}) == 32
        assert len(processes) > 3 * 32, "there were no servers"
        assert files_below(tmp_path) == files
        wait_until(lambda: all(map(has_ended, processes)), "a process is left")


def files_below(directory):
    return {path.relative_to(directory) for path in directory.rglob("*")}


def watched_below(pid):
    return watched(descendants(pid))


@contextlib.contextmanager
def watched(pids):
    """Provides descriptors of those processes that exist: another process can get the pid."""
    with contextlib.ExitStack() as stack:
        opened = []
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                opened.append(os.pidfd_open(pid))
                stack.callback(os.close, opened[-1])
        yield opened


def has_ended(pidfd):
    poll = select.poll()
    poll.register(pidfd, select.POLLIN)
    return bool(poll.poll(0))


# Runs a program in the pool and prints the pool's endpoint.
EXECUTE = """
import json, os, urllib.request
endpoint = os.environ["POOL_MANAGEMENT_ENDPOINT"]
identity = urllib.request.Request(
    os.environ["IDENTITY_ENDPOINT"] + "?api-version=2019-08-01&resource=https://dynamicsessions.io",
    headers={"X-IDENTITY-HEADER": os.environ["IDENTITY_HEADER"]},
)
token = json.load(urllib.request.urlopen(identity))["access_token"]
body = {"properties": {"codeInputType": "inline", "executionType": "synchronous", "code": "6 * 7"}}
request = urllib.request.Request(
    endpoint + "/code/execute?api-version=2024-02-02-preview&identifier=a-session",
    data=json.dumps(body).encode(),
    headers={"Authorization": "Bearer " + token, "Content-Type": "application/json"},
)
print(json.load(urllib.request.urlopen(request))["properties"]["result"], endpoint)
"""


def sessions_of(endpoint):
    answer = requests.get(
        f"{endpoint}/listSessions?api-version=2025-10-02-preview",
        headers={"Authorization": "Bearer " + run_to_end("token").stdout.strip()},
        timeout=60,
    )
    return [session["identifier"] for session in answer.json()["sessions"]]


def test_a_server_that_runs_gets_a_pool_for_the_command_and_is_left_clean(clean, claims_server):
    command = [sys.executable, "-c", EXECUTE]
    ended = [run_exec(clean, "--server", claims_server.admin, "--", *command) for _ in range(2)]
    assert [one.returncode for one in ended] == [0, 0], [one.stderr for one in ended]
    results, endpoints = zip(*(one.stdout.split() for one in ended), strict=True)
    assert results == ("42", "42")
    assert len({*endpoints, claims_server.endpoint}) == 3
    assert [sessions_of(endpoint) for endpoint in endpoints] == [[], []]
    failed = run_exec(clean, "--server", claims_server.admin, "--", "sh", "-c", "exit 7")
    assert failed.returncode == 7


def test_the_session_of_another_pool_outlives_a_command(clean, emulator, session):
    assert session.executions("x = 1").status_code == 200
    ended = run_exec(clean, "--server", emulator.admin, "--", sys.executable, "-c", EXECUTE)
    assert ended.returncode == 0, ended.stderr
    assert session.identifier in sessions_of(emulator.endpoint)


@pytest.mark.parametrize("options", [["--auth", "off"], ["--keep-log", "file"]])
def test_options_of_a_server_have_no_meaning_for_one_that_runs(clean, emulator, options):
    ended = run_exec(clean, "--server", emulator.admin, *options, "--", "true")
    assert ended.returncode == 2
    assert options[0] in ended.stderr


@pytest.mark.parametrize(
    "server, words",
    [
        ("last", "dynsessions serve"),
        ("/there/is/no/file", "no ready line in /there/is/no/file"),
        ("http://127.0.0.1:1", "connect"),
    ],
)
def test_a_server_that_does_not_run_is_an_error(clean, server, words):
    ended = run_exec(clean, "--server", server, "--", "true")
    assert ended.returncode == 1
    assert words in ended.stderr


def test_the_port_of_clients_is_not_the_admin_port(clean, emulator):
    ended = run_exec(clean, "--server", emulator.http, "--", "true")
    assert ended.returncode == 1
    assert "not the admin port" in ended.stderr


def test_the_last_server_of_the_user_is_found(clean, emulator_factory, tmp_path):
    state = tmp_path / "state"
    places = {"XDG_STATE_HOME": str(state)}

    def start(*options):
        cheap = ("--no-zygote", "--ready-sessions", "0", "--https-port", "off")
        return emulator_factory(*cheap, *options, environment=places)

    def found():
        ended = run_exec({**clean, **places}, "--server", "last", "--", "sh", "-c", SHOW)
        return ended.stdout.split()[1] if ended.returncode == 0 else ended.returncode, ended.stderr

    first = start()
    start("--unlisted")
    assert found() == (first.identity_endpoint, "")
    second = start()
    endpoint, notice = found()
    assert endpoint == second.identity_endpoint
    assert "of 2 servers" in notice and second.endpoint in notice
    shown = run_to_end("env", "--format", "json", **places)
    assert json.loads(shown.stdout)["IDENTITY_ENDPOINT"] == second.identity_endpoint
    second.kill()
    assert found() == (first.identity_endpoint, "")
    first.stop()
    assert found()[0] == 1
    assert {path.name for path in (state / "dynsessions" / "servers").iterdir()} == {"lock"}


@pytest.fixture(scope="module")
def described(emulator, tmp_path_factory):
    """A ready file of the shared server."""
    path = tmp_path_factory.mktemp("ready") / "ready.json"
    facts = {
        "event": "ready",
        "http": emulator.http,
        "https": emulator.https,
        "arm": emulator.https,
        "subscription": "00000000-0000-0000-0000-000000000000",
        "resourceGroup": "local",
        "admin": emulator.admin,
        "poolManagementEndpoint": emulator.endpoint,
        "identityEndpoint": emulator.identity_endpoint,
        "authority": emulator.authority,
    }
    path.write_text(json.dumps(facts))
    return ["--ready-file", str(path)]


def test_env_knows_a_server_by_its_ready_file_and_by_its_admin_port(emulator, described):
    by_file = run_to_end("env", "--format", "json", *described)
    port = emulator.admin.rsplit(":", 1)[1]
    by_port = run_to_end("env", "--format", "json", "--admin-port", port)
    assert (by_file.returncode, by_port.returncode) == (0, 0), by_port.stderr
    variables = json.loads(by_file.stdout)
    assert json.loads(by_port.stdout) == variables
    assert variables["AZURE_POOL_MANAGEMENT_ENDPOINT"] == emulator.endpoint
    assert variables["ACA_POOL_MANAGEMENT_ENDPOINT"].startswith(emulator.https)
    assert variables["IDENTITY_ENDPOINT"] == emulator.identity_endpoint
    assert variables["AZURE_CLIENT_SECRET"] is None
    assert variables["ARM_RESOURCE_MANAGER_ENDPOINT"] == emulator.https
    assert variables["ARM_CLOUD_METADATA_URL"] == f"{emulator.http}/metadata/endpoints"
    assert variables["NODE_EXTRA_CA_CERTS"] == emulator.authority
    assert "localhost" in variables["NO_PROXY"]


def test_the_bundle_has_the_authorities_that_were_trusted_before(emulator, described, tmp_path):
    before = tmp_path / "before.pem"
    before.write_text("-----BEGIN CERTIFICATE-----\nof the company\n-----END CERTIFICATE-----\n")
    ended = run_to_end("env", "--format", "json", *described, REQUESTS_CA_BUNDLE=str(before))
    with open(json.loads(ended.stdout)["SSL_CERT_FILE"]) as file:
        bundle = file.read()
    assert "of the company" in bundle
    with open(emulator.authority) as file:
        assert file.read() in bundle


def test_a_shell_reads_what_env_prints(emulator, described):
    shown = subprocess.run(
        ["sh", "-c", f'eval "$("{BINARY}" env {" ".join(described)})"; {SHOW}'],
        env={"PATH": "/usr/bin:/bin", "AZURE_CLIENT_SECRET": "mine"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert shown.stdout.split() == [emulator.endpoint, emulator.identity_endpoint, "unset"]


@pytest.mark.parametrize(
    "format_, line",
    [
        ("powershell", "$env:IDENTITY_HEADER = 'dynsessions'"),
        ("powershell", "Remove-Item Env:AZURE_TENANT_ID -ErrorAction SilentlyContinue"),
        ("dotenv", "IDENTITY_HEADER='dynsessions'"),
        ("github", "IDENTITY_HEADER=dynsessions"),
    ],
)
def test_env_has_the_formats_of_other_shells(described, format_, line):
    assert line in run_to_end("env", "--format", format_, *described).stdout.splitlines()


def test_env_without_a_server_says_how_to_start_one(tmp_path):
    ended = run_to_end("env", "--admin-port", "1")
    assert ended.returncode == 1
    assert "dynsessions serve" in ended.stderr
    missing = run_to_end("env", "--ready-file", str(tmp_path / "missing"))
    assert (missing.returncode, "no ready line" in missing.stderr) == (1, True)


@pytest.mark.skipif(shutil.which("keytool") is None, reason="keytool of a JDK is not installed")
def test_java_trusts_the_authority_and_those_it_trusted_before(described):
    variables = json.loads(run_to_end("env", "--format", "json", *described).stdout)
    store = re.search(r'trustStore="([^"]+)"', variables["JAVA_TOOL_OPTIONS"])[1]
    listed = subprocess.run(
        ["keytool", "-J-Duser.language=en", "-list", "-v", "-keystore", store],
        input="\n",
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert listed.returncode == 0, listed.stdout + listed.stderr
    assert listed.stdout.count("trustedCertEntry") > 100
    assert "dynsessions" in listed.stdout
