"""Packages that a project adds to its sessions: `dynsessions packages`, `--requirements`, and the
advice when one is missing."""

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from support.emulator import BINARY, Emulator, run_to_end
from support.executions import KERNELS, finished, run_in, value_in
from support.package_project import DONE, FAILED, NO_ENGINE, WRONG_USAGE, Project
from support.processes import descendants
from support.tiers import TIERS, TierServer, directory_for_all, skip_unless_offered
from support.waiting import wait_until
from support.wheels import make_wheel

FEW_MODULES = {"DYNSESSIONS_PRELOAD": "json"}
NOWHERE = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple"}  # a closed port (that of `discard`)
REASON = "x-emulator-reason"


class TierServerOf:
    """A server of a tier with a project's packages, whose file can belong to another user."""

    def __init__(self, project, tier):
        self._server = None
        self._project, self._tier = project, tier

    def __enter__(self):
        project = self._project
        if self._tier.before:  # an ordinary user cannot enter the state directory that root made
            subprocess.run(["rm", "-rf", str(project.state)], check=True)
            project.state = project.directory / "state-of-user"
        options = ("--requirements", str(project.file), "--state-dir", str(project.state))
        self._server = TierServer(
            self._tier, str(project.directory), *options, environment=FEW_MODULES
        )
        return self._server

    def __exit__(self, *_):
        self._server.stop()


@pytest.fixture
def project(monkeypatch):
    with directory_for_all() as directory:
        # `packages` asks the running servers of the user: only those of this test.
        monkeypatch.setenv("XDG_STATE_HOME", f"{directory}/home")
        yield Project(directory)


EXPECTED_FILE = """--no-index
--find-links ./wheels
greeting==1.0
helper==2.0  # needed by others
"""


def test_added_packages_are_recorded_with_exact_versions(project):
    assert project.add("greeting").stdout == "greeting 1.0\nhelper 2.0\n"
    assert project.file.read_text() == EXPECTED_FILE
    listed = project.listed()
    assert listed["greeting"] == {"name": "greeting", "version": "1.0", "from": "added"}
    assert listed["helper"]["from"] == "needed"
    assert listed["numpy"] == {"name": "numpy", "version": "1.26.4", "from": "base"}


def test_a_removed_package_goes_with_what_only_it_needs(project):
    project.add("greeting")
    make_wheel(project.wheels, "other", "3.0")
    project.add("other")
    assert project.run("remove", "Greeting").returncode == DONE
    assert project.file.read_text() == "--no-index\n--find-links ./wheels\nother==3.0\n"
    listed = project.listed()
    assert "greeting" not in listed and "helper" not in listed and "other" in listed


def test_a_requirements_file_is_added_whole(project):
    wanted = project.directory / "wanted.txt"
    wanted.write_text("# ours\nhelper==2.0\n")
    project.add("greeting", "-r", str(wanted))
    assert project.file.read_text().splitlines()[2:] == ["helper==2.0", "greeting==1.0"]


@pytest.mark.parametrize("tier", TIERS, ids=str)
def test_sessions_of_every_tier_and_kernel_have_them(project, tier):
    skip_unless_offered(tier)
    project.add("greeting")
    with TierServerOf(project, tier) as server:
        session = server.session()
        for kernel in KERNELS:
            assert value_in(kernel, session, "import greeting; greeting.word") == "'hello'"
        assert value_in("synchronous", session, "import numpy; numpy.__version__") == "'1.26.4'"
        answer = run_in("synchronous", session, "!say-word; pip --version | cut -c1-4")
        assert answer["result"]["stdout"].replace("\r", "") == "hello\npip \n", answer
        child = "import subprocess, sys; subprocess.check_output([sys.executable, '-c', 'import numpy, greeting; print(greeting.word)'], text=True)"
        assert value_in("synchronous", session, child) == "'hello\\n'"


def test_metadata_and_doctor_tell_of_them(project):
    project.add("greeting")
    server = Emulator(*project.options, environment=FEW_MODULES)
    body = server.session().send("GET", "metadata", "2025-02-02-preview").json()
    server.stop()
    packages = {each["name"]: each["version"] for each in body["preInstalledPackages"]}
    assert packages["greeting"] == "1.0"
    assert packages["numpy"] == "1.26.4"
    report = run_to_end("doctor", *project.options, "-o", "json", seconds=400)
    assert report.returncode == DONE, report.stdout
    every = json.loads(report.stdout)["checks"]
    checks = {check["name"]: check for check in every if check["section"] == "environment"}
    assert checks["added packages"]["finding"] == f"1 of {project.file}"
    assert {check["verdict"] for check in checks.values()} == {"good"}


def test_doctor_tells_that_packages_are_not_installed_yet(project):
    project.file.write_text("greeting==1.0\n")
    report = run_to_end("doctor", *project.options, "-o", "json", seconds=400)
    checks = {check["name"]: check for check in json.loads(report.stdout)["checks"]}
    assert checks["added packages"]["verdict"] == "warning"
    assert "not installed yet" in checks["added packages"]["finding"]
    assert not (project.state / "packages").exists()


def test_without_an_option_the_file_is_in_the_state_directory(project, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(project.state))
    project.options = ()
    project.add("greeting")
    assert (project.state / "dynsessions/requirements.txt").exists()
    server = Emulator(environment=FEW_MODULES)
    assert value_in("synchronous", server.session(), "import greeting; greeting.word") == "'hello'"
    server.stop()
    empty = project.directory / "empty.txt"
    empty.touch()
    without = Emulator("--requirements", str(empty), environment=FEW_MODULES)
    failed = without.session().executions("import greeting")
    without.stop()
    assert failed.json()["status"] == "Failed"


def test_servers_that_start_at_once_build_packages_once(project):
    project.file.write_text("--no-index\n--find-links ./wheels\ngreeting\n")
    log = project.directory / "pip.log"
    before = (sys.executable, "-c", f"import os, sys; os.environ['PIP_LOG'] = {str(log)!r}; "
              "os.execvp(sys.argv[1], sys.argv[1:])")  # fmt: skip
    arguments = (
        "--port",
        "0",
        "--https-port",
        "off",
        "--admin-port",
        "0",
        "--quiet",
        "--no-zygote",
    )
    command = [*before, BINARY, "serve", *arguments, *project.options]
    servers = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(3)]
    try:
        for server in servers:
            events = [json.loads(server.stdout.readline())["event"] for _ in range(2)]
            assert events == ["listening", "ready"]
    finally:
        for server in servers:
            server.terminate()
            server.communicate()
    assert log.read_text().count("Successfully installed") == 1
    assert len(project.layers()) == 1


def test_a_build_that_was_cut_is_not_used(project):
    """A registry that never answers delays pip until the server is killed."""
    with socket.create_server(("127.0.0.1", 0)) as registry:
        url = f"http://127.0.0.1:{registry.getsockname()[1]}/simple"
        project.file.write_text(f"--index-url {url}\ngreeting\n")
        server = subprocess.Popen(
            [BINARY, "serve", "--port", "0", "--admin-port", "0", *project.options],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        registry.accept()[0].close()
        assert len(project.layers()) == 1 and project.layers()[0].startswith("building-")
        builders = descendants(server.pid)
        server.send_signal(signal.SIGKILL)
        server.wait()
    wait_until(lambda: not any(Path(f"/proc/{pid}/exe").exists() for pid in builders),
               "pip goes on")  # fmt: skip
    project.file.write_text("--no-index\n--find-links ./wheels\ngreeting\n")
    good = Emulator(*project.options, environment=FEW_MODULES)
    assert value_in("synchronous", good.session(), "import greeting; greeting.word") == "'hello'"
    good.stop()
    (layer,) = project.layers()
    assert not layer.startswith("building-")


def test_a_package_that_does_not_exist_changes_nothing(project):
    project.add("greeting")
    before = project.file.read_text(), project.layers()
    ended = project.run("add", "nothing-of-that-name")
    assert ended.returncode == FAILED
    assert "No matching distribution found for nothing-of-that-name" in ended.stderr
    assert "Cure: look at the name" in ended.stderr
    assert ended.stderr.endswith("Nothing was changed.\n")
    assert (project.file.read_text(), project.layers()) == before


@pytest.mark.parametrize("words", [("add", "greeting"), ("remove", "greeting"), ("install",)])
def test_a_state_directory_that_cannot_be_used_changes_nothing(project, words):
    project.file.write_text("greeting==1.0\n")
    project.state.write_text("in the way")
    ended = project.run(*words)
    assert ended.returncode == FAILED
    assert str(project.state) in ended.stderr
    assert "Cure: name a directory that this user can write to with --state-dir." in ended.stderr
    assert project.file.read_text() == "greeting==1.0\n"


def test_versions_of_the_service_are_not_changed_by_what_a_package_needs(project):
    make_wheel(project.wheels, "modern", "1.0", needs=["numpy>=99"])
    make_wheel(project.wheels, "numpy", "99.0", "word = 'not numpy'\n")
    wheels = ("--wheels", str(project.wheels))
    ended = project.run("add", *wheels, "modern")
    assert ended.returncode == FAILED
    assert "exclude each other or those of the service's image" in ended.stderr
    assert not project.file.exists()
    ended = project.run(
        "add", *wheels, "modern", "numpy==99.0"
    )  # a package that is named explicitly is installed
    assert ended.returncode == DONE, ended.stderr
    assert "dynsessions: warning: " in ended.stderr  # pandas and others need another version
    assert project.listed()["numpy"]["version"] == "99.0"


def test_packages_with_which_sessions_could_not_start_are_refused(project):
    make_wheel(project.wheels, "traitlets", "99.0")
    ended = project.run("add", "--wheels", str(project.wheels), "greeting", "traitlets==99.0")
    assert ended.returncode == FAILED
    assert "sessions could not start with the packages" in ended.stderr
    assert "Cure: the versions of IPython, traitlets" in ended.stderr
    assert not project.file.exists()
    assert project.layers() == []
    project.file.write_text("--no-index\n--find-links ./wheels\ntraitlets==99.0\n")
    server = run_to_end("serve", "--port", "0", "--admin-port", "0", *project.options)
    assert server.returncode == NO_ENGINE
    assert "sessions could not start with the packages" in server.stderr


@pytest.mark.parametrize("content", [b"no archive", b"PK\x03\x04 cut short"])
def test_a_wheel_that_cannot_be_read_changes_nothing(project, content):
    project.add("greeting")
    before = project.file.read_text(), project.layers()
    (project.wheels / "broken-1.0-py3-none-any.whl").write_bytes(content)
    ended = project.run("add", "broken")
    assert ended.returncode == FAILED
    assert "broken-1.0-py3-none-any.whl" in ended.stderr
    assert ended.stderr.endswith("Nothing was changed.\n")
    assert (project.file.read_text(), project.layers()) == before


@pytest.mark.parametrize("name", ["my wheels", "it's", 'a"b', "a#b"])
def test_a_directory_of_wheels_can_have_an_odd_name(project, name):
    project.wheels = project.wheels.rename(project.directory / name)
    project.add("greeting")
    assert project.listed()["greeting"]["from"] == "added"
    project.run("remove", "greeting")
    project.file.write_text(project.file.read_text() + "greeting\n")
    assert project.run("add", "helper").returncode == DONE
    assert project.file.read_text().splitlines()[2:] == ["greeting==1.0", "helper==2.0"]


def test_a_directory_of_wheels_that_pip_would_misread_is_refused(project):
    project.wheels = project.wheels.rename(project.directory / "a #b")
    ended = project.run("add", "--wheels", str(project.wheels), "greeting")
    assert ended.returncode == FAILED
    assert "rename the directory" in ended.stderr
    assert not project.file.exists()


def test_changes_at_once_are_all_recorded(project):
    command = [BINARY, "packages", "add", *project.options, "--wheels", str(project.wheels)]
    names = ("greeting", "one", "two")
    for name in names[1:]:
        make_wheel(project.wheels, name, "1.0")
    adding = [subprocess.Popen([*command, name], stdout=subprocess.DEVNULL) for name in names]
    assert [process.wait() for process in adding] == [DONE] * len(names)
    listed = project.listed()
    assert {listed[name]["from"] for name in names} == {"added"}


def test_a_registry_that_is_not_there_is_a_clear_error(project):
    ended = project.run("add", "greeting", **NOWHERE)
    assert ended.returncode == FAILED
    assert "Cure: the registry cannot be reached" in ended.stderr
    assert "--wheels DIR" in ended.stderr
    assert not project.file.exists()
    assert project.layers() == []
    project.file.write_text("greeting==1.0\n")
    server = run_to_end("serve", "--port", "0", "--admin-port", "0", *project.options, **NOWHERE)
    assert server.returncode == NO_ENGINE
    assert "the registry cannot be reached" in server.stderr
    assert server.stdout == ""
    assert project.layers() == []


@pytest.mark.parametrize(
    "content, complaint",
    [
        ("good==1\n-r other.txt\n", "line 2: `-r other.txt` is not one of the options"),
        ("--index-url https://a.org -r other.txt\ngood==1\n", "is not one of the options"),
        ("good @ file:///home/me/good.whl\n", "a place that can change"),
        ("./a.whl\n", "line 1: `./a.whl` is not the name of a package"),
        (None, "it does not exist"),
    ],
)
def test_a_requirements_file_that_cannot_be_used_is_refused(project, content, complaint):
    if content is not None:
        project.file.write_text(content)
    ended = run_to_end("serve", "--port", "0", "--admin-port", "0", *project.options)
    assert ended.returncode == WRONG_USAGE
    assert complaint in ended.stderr


@pytest.mark.parametrize(
    "arguments, complaint",
    [
        (("add",), "`packages add` needs the name of a package"),
        (("add", "two words"), "`two words` is not the name of a package"),
        (("add", "-r", "/no/such/file"), "there is no file /no/such/file"),
        (("add", "--wheels", "/no/such", "a"), "there is no directory /no/such"),
        (("remove",), "`packages remove` needs the name of a package"),
        (("list", "word"), "`word` is not expected after `packages list`"),
    ],
)
def test_wrong_usage_is_explained(project, arguments, complaint):
    command, *rest = arguments
    ended = project.run(command, *rest)
    assert ended.returncode == WRONG_USAGE
    assert complaint in ended.stderr


def test_what_was_not_added_cannot_be_removed(project):
    ended = project.run("remove", "numpy")
    assert ended.returncode == FAILED
    assert "`numpy` was not added" in ended.stderr


def test_a_layer_is_no_base_of_another(project):
    project.add("greeting")
    (layer,) = project.layers()
    python = str(project.state / "packages" / layer / "bin/python3")
    ended = run_to_end("serve", "--port", "0", "--admin-port", "0", "--python", python,
                       *project.options)  # fmt: skip
    assert ended.returncode == WRONG_USAGE
    assert "--python names an environment that dynsessions made" in ended.stderr


def test_packages_come_from_a_registry(project):
    probe = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--retries", "1"]
    try:
        reached = subprocess.run([*probe, "--dest", str(project.directory), "humanize"],
                                 capture_output=True, text=True, timeout=120)  # fmt: skip
    except subprocess.TimeoutExpired:
        pytest.skip("no registry can be reached in time")
    if reached.returncode != 0:
        pytest.skip(f"no registry can be reached: {reached.stderr.strip().splitlines()[-1]}")
    assert project.run("add", "humanize").returncode == DONE
    assert project.file.read_text().startswith("humanize==")
    server = Emulator(*project.options, environment=FEW_MODULES)
    value = value_in("synchronous", server.session(), "import humanize; humanize.intcomma(12345)")
    server.stop()
    assert value == "'12,345'"


# When a module is missing


def test_a_missing_module_is_explained(session):
    advice = session.executions("import plotly").headers[REASON]
    assert advice == (
        "it is not known whether the service's image has plotly; `dynsessions packages add plotly` "
        "adds it to new sessions; if it is a file plotly.py of the project, upload it, and run `import "
        "sys; sys.path.append('/mnt/data')` first"
    )
    advice = session.code_execute("import cv2.data").headers[REASON]
    assert "`dynsessions packages add opencv-python-headless`" in advice
    assert "the module google" in session.python_execute("from google import genai").headers[REASON]


@pytest.mark.parametrize(
    "code, advice",
    [
        ("import pnadas", "; if not pandas is meant, `dynsessions packages add pnadas` adds it"),
        ("import Pandas", "the package pandas is imported as pandas, not as Pandas"),
        ("import scikit_learn", "the package scikit-learn is imported as sklearn, not as"),
        ("import winreg", "winreg is a part of Python that the sessions here do not have"),
        ("def f():\n import yaml\nf()", "`dynsessions packages add pyyaml` adds it"),
        ("try:\n import cv2\nexcept ImportError: raise", "add opencv-python-headless` adds it"),
    ],
)
def test_advice_for_names_that_are_mistaken(session, code, advice):
    assert advice in session.executions(code).headers[REASON]


def test_the_advice_on_files_of_the_project_works(session):
    advice = session.executions("import utils").headers[REASON]
    assert advice.endswith(
        "upload utils.py, and run `import sys; sys.path.append('/mnt/data')` first"
    )
    session.upload("utils.py", b"word = 'mine'\n")
    first = advice.split("`")[1]
    assert value_in("synchronous", session, f"{first}; import utils; utils.word") == "'mine'"


def test_only_a_missing_module_is_explained(session):
    for code in (
        "import pandas",
        "1 / 0",
        "import numpy.nothing",
        "raise ImportError(\"No module named 'plotly'\")",
        "raise ModuleNotFoundError(\"No module named 'x\\r\\ny: z'\")",
        "try:\n import plotly\nexcept ImportError: pass",
    ):
        answer = session.executions(code)
        assert answer.status_code == 200 and REASON not in answer.headers, (code, answer.headers)


def test_an_asynchronous_execution_is_explained(session):
    started = session.executions("import plotly", executionType="Asynchronous").json()
    finished(session, started["id"])
    assert "plotly" in session.execution(started["id"]).headers[REASON]


def test_what_the_service_has_is_known_by_version(session):
    """As in an environment of the agent's packages only, that of the image `server`."""
    code = "raise ModuleNotFoundError(\"No module named 'sympy'\")"
    advice = session.executions(code).headers[REASON]
    assert advice.startswith(
        "the service's image has sympy 1.14.0 (CONTRACT.md section 6: a session in Korea Central on "
        "2026-07-25); `dynsessions packages add sympy==1.14.0` adds it"
    )


def test_exact_answers_have_no_advice_and_the_log_never_has(emulator_factory):
    exact, plain = emulator_factory("--exact"), emulator_factory()
    assert REASON not in exact.session().executions("import plotly").headers
    assert REASON in plain.session().executions("import plotly").headers
    for server in (exact, plain):
        server.stop()
        assert "plotly" not in server.stderr()
