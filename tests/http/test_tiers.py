"""Sessions in each tier of the sandbox, and which tier a machine gets."""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import pytest
import requests

from support import environments
from support.emulator import BINARY, HTTP_SECONDS, V2024_02, run_to_end
from support.processes import children

NO_ENGINE = 4
PYTHON = Path(__file__).parents[2] / "build" / "python" / "bin" / "python3"
TIERS = ["full", "restricted", "insecure"]
PORTS = ["--port", "0", "--https-port", "0", "--admin-port", "0"]


@pytest.fixture
def temporary(monkeypatch):
    """A directory for the files of sessions that every user can enter, unlike pytest's own."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as directory:
        os.chmod(directory, 0o755)
        monkeypatch.setenv("TMPDIR", directory)
        yield Path(directory)


def stdout_of(session, code):
    answer = session.code_execute(code)
    assert answer.status_code == 200, answer.text
    result = answer.json()["properties"]
    assert result["status"] == "Success", result
    return result["stdout"]


def sandbox_of(server):
    health = requests.get(f"{server.admin}/health/ready", timeout=HTTP_SECONDS).json()
    (detail,) = [part["detail"] for part in health["components"] if part["name"] == "sandbox"]
    return detail


@pytest.fixture(params=TIERS)
def tier(request):
    return request.param


@pytest.fixture
def server(tier, temporary, emulator_factory):
    return emulator_factory("--sandbox", tier)


def test_each_tier_says_what_it_is(server, tier):
    assert sandbox_of(server).startswith(f"{tier}: ")
    server.await_log(f"    sandbox                    {tier}: ")
    if tier == "insecure":
        server.await_log("*** WARNING: --sandbox insecure")
    else:
        assert "*** WARNING: --sandbox insecure" not in server.stderr()
    warning = server.session().executions("1").headers.get("x-emulator-warning")
    assert warning == (
        "--sandbox insecure: sessions are not isolated" if tier == "insecure" else None
    )


def test_files_are_the_same_for_client_program_and_subprocess(server):
    session = server.session()
    assert session.upload("given.txt", b"given").status_code == 200
    code = (
        "import os, subprocess\n"
        "print(open('/mnt/data/given.txt').read(), sorted(os.listdir('/mnt/data')))\n"
        "subprocess.run('cp /mnt/data/given.txt /mnt/data/made.txt', shell=True, check=True)\n"
        "os.chdir('/mnt/data'); print(os.getcwd(), os.path.realpath('made.txt'))\n"
    )
    assert stdout_of(session, code).splitlines() == [
        "given ['given.txt']",
        "/mnt/data /mnt/data/made.txt",
    ]
    assert session.content("made.txt").content == b"given"
    assert session.delete("given.txt").status_code in (200, 204)
    assert stdout_of(session, "import os; print(os.listdir('/mnt/data'))") == "['made.txt']\n"


def test_the_data_stack_works(server):
    code = (
        "import pandas, matplotlib.pyplot as plot\n"
        "pandas.DataFrame({'a': [1, 2]}).to_csv('/mnt/data/a.csv')\n"
        "print(pandas.read_csv('/mnt/data/a.csv')['a'].sum())\n"
        "plot.plot([1, 2]); plot.savefig('/mnt/data/a.png')\n"
    )
    session = server.session()
    assert stdout_of(session, code) == "3\n"
    assert session.content("a.png").content.startswith(b"\x89PNG")


CPUS = """import os, subprocess, tempfile, warnings
import joblib
warnings.simplefilter("error")
cpus = len(os.sched_getaffinity(0))
assert joblib.cpu_count() == os.cpu_count()
online = open("/sys/devices/system/cpu/online").read().strip()
assert online and os.path.isdir("/sys/devices/system/cpu/cpu0")
with tempfile.NamedTemporaryFile(dir="/var/tmp") as file:
    assert os.path.exists(file.name)
try:
    open("/sys/devices/system/cpu/online", "w")
except OSError:
    print("found")
"""
LSCPU = """
assert 1 <= joblib.cpu_count(only_physical_cores=True) <= os.cpu_count()
listed = subprocess.check_output(["lscpu", "--parse=cpu"], text=True).splitlines()
assert sum(not line.startswith("#") for line in listed) >= cpus
"""


def test_programs_find_their_cpus_and_a_second_place_for_temporary_files(server):
    assert stdout_of(server.session(), CPUS + LSCPU) == "found\n"


def test_proc_can_be_opened_for_lscpu_but_not_read_in_the_restricted_tier(
    temporary, emulator_factory
):
    """Reading /proc would list the processes of the host."""
    code = (
        "import os\n"
        "place = os.open('/proc', os.O_RDONLY)\n"
        "os.close(os.open('cpuinfo', os.O_RDONLY, dir_fd=place))\n"
        "for way in (lambda: os.listdir('/proc'), lambda: os.listdir(place),\n"
        "            lambda: os.open('1/environ', os.O_RDONLY, dir_fd=place),\n"
        "            lambda: os.open('.', os.O_RDONLY, dir_fd=place)):\n"
        "    try:\n        way()\n    except OSError:\n        print('refused')\n"
    )
    session = emulator_factory("--sandbox", "restricted").session()
    assert stdout_of(session, code) == "refused\n" * 4


def test_sessions_have_separate_files_and_variables(server):
    one, other = server.session(), server.session()
    stdout_of(one, "open('/mnt/data/mine', 'w').close(); mine = 1")
    assert stdout_of(other, "import os; print(os.listdir('/mnt/data'), 'mine' in dir())") == (
        "[] False\n"
    )


def test_a_program_that_ignores_its_end_is_ended_with_all_it_started(server):
    session = server.session()
    code = (
        "import os, signal, time\n"
        "signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    time.sleep(600)\n"
        "while True: time.sleep(1)\n"
    )
    stdout_of(session, "open('/mnt/data/kept', 'w').close()")
    answer = session.code_execute(code, V2024_02, timeoutInSeconds=1)
    assert answer.json()["properties"]["status"] == "Failure", answer.text
    assert stdout_of(session, "import os; print(os.listdir('/mnt/data'))") == "['kept']\n"


def test_no_directory_and_no_process_outlives_the_server(server, temporary):
    stdout_of(server.session(), "open('/mnt/data/mine', 'w').close()")
    server.stop()  # stop() checks that no process is left
    assert list(temporary.iterdir()) == []


def test_a_start_removes_what_a_killed_server_left(server, tier, temporary, emulator_factory):
    stdout_of(server.session(), "open('/mnt/data/mine', 'w').close()")
    os.kill(server.pid, signal.SIGSTOP)  # stopped, because it would exit without a launcher
    for launcher in children(server.pid):
        os.kill(
            launcher, signal.SIGKILL
        )  # killed, because it would remove the directories otherwise
    server.kill()
    left = set(temporary.iterdir())
    assert bool(left) == (tier != "full")
    emulator_factory("--sandbox", tier)
    assert not left & set(temporary.iterdir())


def test_nothing_warns_in_exact_answers(temporary, emulator_factory):
    server = emulator_factory("--sandbox", "insecure", "--exact")
    assert "x-emulator-warning" not in server.session().executions("1").headers


CHOICES = {
    "an ordinary machine": ([], "full"),
    "no clone3": (environments.NO_CLONE3, "full"),
    "no pivot_root": (environments.NO_PIVOT_ROOT, "full"),
    "no Landlock": (environments.NO_LANDLOCK, "full"),
    "no user namespaces": (environments.NO_USER_NAMESPACES, "restricted"),
    "Docker": (environments.DOCKER, "restricted"),
    "Docker with SYS_ADMIN": (environments.DOCKER_WITH_SYS_ADMIN, "full"),
}


@pytest.mark.parametrize("before, tier", CHOICES.values(), ids=CHOICES.keys())
def test_a_machine_gets_the_best_tier_that_it_can(before, tier, temporary, emulator_factory):
    server = emulator_factory(before=before)
    assert sandbox_of(server).startswith(f"{tier}: ")
    if tier == "restricted":
        assert "tier full: " in sandbox_of(server)
        server.await_log("Cure: ")
    assert stdout_of(server.session(), "print(6 * 7)") == "42\n"


REFUSALS = {
    "full where there is less": (
        "full",
        environments.NO_USER_NAMESPACES,
        ["tier full: ", "unshare"],
    ),
    "full in Docker": ("full", environments.DOCKER, ["tier full: ", "unshare"]),
    "restricted without Landlock": ("restricted", environments.NO_LANDLOCK, ["landlock: none"]),
    "auto where nothing isolates": (
        "auto",
        environments.NOTHING_AT_ALL,
        ["tier full: ", "tier restricted: ", "landlock: none"],
    ),
}


@pytest.mark.parametrize("mode, before, words", REFUSALS.values(), ids=REFUSALS.keys())
def test_less_than_was_asked_for_is_no_start(mode, before, words, temporary):
    ended = run_to_end("serve", *PORTS, "--sandbox", mode, before=before)
    assert (ended.returncode, ended.stdout) == (NO_ENGINE, "")
    for word in [*words, "Cure: "]:
        assert word in ended.stderr
    assert list(temporary.iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only a root server gives sessions other users")
@pytest.mark.parametrize("part", ["program", "python"])
def test_a_directory_that_session_users_cannot_enter_is_named_with_the_cure(part, temporary):
    """Such a directory is above a checkout below /root."""
    closed = temporary / "closed"
    closed.mkdir(mode=0o700)
    build = Path(BINARY).parent
    program, python = [BINARY], []
    if part == "program":
        for name in ("dynsessions", "sandbox-launcher"):
            shutil.copy2(build / name, closed)
        shutil.copytree(build / "interpreter", closed / "interpreter")
        program, python = [closed / "dynsessions"], ["--python", str(PYTHON)]
    else:
        shutil.copytree(PYTHON.parents[1], closed / "python", symlinks=True)
        python = ["--python", str(closed / "python" / "bin" / "python3")]
    ended = subprocess.run(
        [*program, "serve", *PORTS, "--sandbox", "restricted", *python],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (ended.returncode, ended.stdout) == (NO_ENGINE, "")
    assert f"cannot enter {closed}" in ended.stderr
    assert "Cure: let all users enter that directory (chmod o+x)" in ended.stderr


def test_insecure_works_where_nothing_isolates(temporary, emulator_factory):
    server = emulator_factory("--sandbox", "insecure", before=environments.NOTHING_AT_ALL)
    assert stdout_of(server.session(), "print(6 * 7)") == "42\n"
