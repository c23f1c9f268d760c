"""Running servers take the packages of their requirements file when it changes."""

import fcntl
import json
import os
import socket

import pytest

from support import waiting
from support.driving import Admin
from support.emulator import V2025_02, Emulator, Session, run_to_end
from support.executions import KERNELS, value_in
from support.package_project import DONE, FAILED, INSTALL_SECONDS, Project
from support.tiers import directory_for_all
from support.wheels import make_wheel

FEW_MODULES = {"DYNSESSIONS_PRELOAD": "json"}
WHEELS = "--no-index\n--find-links ./wheels\n"
IMPORT = "import greeting; greeting.word"


def wait_until(holds, otherwise):
    waiting.wait_until(holds, otherwise, INSTALL_SECONDS)


class RunningServer:
    """A server whose sessions have a project's packages; reads its report about them."""

    def __init__(self, project, *options):
        self.project = project
        self.emulator = Emulator(*project.options, *options, environment=FEW_MODULES)
        self.admin = Admin(self.emulator)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.emulator.stop()

    def report(self):
        return self.admin.ask("GET", "/packages")

    def await_state(self, state):
        wait_until(lambda: self.report()["state"] == state, f"the state does not become {state}")
        return self.report()

    def new_session(self):
        return self.emulator.session()

    def metadata(self):
        body = self.new_session().send("GET", "metadata", V2025_02).json()
        return {each["name"]: each["version"] for each in body["preInstalledPackages"]}

    def has_greeting(self):
        answer = self.new_session().executions("import greeting")
        return answer.json()["status"] == "Succeeded"

    def health_of_packages(self):
        health = self.admin.ask("GET", "/health/ready")
        (part,) = [each for each in health["components"] if each["name"] == "packages"]
        assert part["ready"] is True
        return part["detail"]


@pytest.fixture
def project(monkeypatch):
    with directory_for_all() as directory:
        monkeypatch.setenv("XDG_STATE_HOME", f"{directory}/home")
        project = Project(directory)
        project.file.touch()
        yield project


def doctor_checks(project):
    ended = run_to_end("doctor", *project.options, "-o", "json", seconds=400)
    return {each["name"]: each for each in json.loads(ended.stdout)["checks"]}


def can_lock(directory):
    """Whether no server holds the layer."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)


def test_new_sessions_have_added_packages_and_old_ones_continue(project):
    with RunningServer(project) as server:
        old = server.new_session()
        assert value_in("synchronous", old, "x = 41; x") == 41
        assert "greeting" not in server.metadata()
        advice = old.executions("import greeting").headers["x-emulator-reason"]
        assert "`dynsessions packages add --requirements FILE greeting` adds it to new" in advice
        told = project.add("greeting").stderr
        assert f"The server at {server.emulator.http} has these packages for new sessions." in told
        for kernel in KERNELS:
            assert value_in(kernel, server.new_session(), IMPORT) == "'hello'"
        assert value_in("synchronous", old, "x + 1") == 42
        assert value_in("asynchronous", old, "import numpy; numpy.__version__") == "'1.26.4'"
        assert old.executions("import greeting").json()["status"] == "Failed"
        assert server.metadata()["greeting"] == "1.0"
        assert server.report()["layer"] == str(project.state / "packages" / project.layers()[0])
        assert server.health_of_packages() == f"those of {project.file}"
        checks = doctor_checks(project)
        assert checks["added packages"]["finding"] == f"1 of {project.file}"
        assert "packages of a running server" not in checks


def test_sessions_keep_removed_packages_until_they_end(project):
    project.add("greeting")
    (layer,) = project.layers()
    layer = project.state / "packages" / layer
    with RunningServer(project) as server:
        old = server.new_session()
        assert value_in("synchronous", old, "1") == 1
        assert project.run("remove", "greeting").returncode == DONE
        assert server.report() == {"state": "current", "requirements": str(project.file)}
        assert not server.has_greeting()
        assert "greeting" not in server.metadata()
        for kernel in KERNELS:  # two of them start only now
            assert value_in(kernel, old, IMPORT) == "'hello'"
        assert not can_lock(layer)
        old.end()
        wait_until(lambda: can_lock(layer), "the layer is still in use")


def test_every_pool_has_added_packages(project):
    with RunningServer(project, "--ready-sessions", "0") as server:
        Admin(server.emulator, "/pools/declared").ask("PUT", json={"readySessions": 1})
        pools = server.emulator.endpoint.rpartition("/")[0]
        sessions = [Session(f"{pools}/{name}", "of-pool") for name in ("declared", "by-use")]
        for session in sessions:
            assert value_in("synchronous", session, "x = 1; x") == 1
        project.add("greeting")
        for session in sessions:
            assert value_in("synchronous", session, "x") == 1
            session.identifier = "another"
            assert value_in("synchronous", session, IMPORT) == "'hello'"


def test_a_file_that_a_person_writes_is_taken(project):
    with RunningServer(project) as server:
        project.file.write_text(WHEELS + "greeting\n")
        wait_until(lambda: "layer" in server.report(), "the file is not taken")
        assert server.has_greeting()
        new = project.directory / "new.txt"
        new.write_text(WHEELS)
        new.rename(project.file)
        wait_until(lambda: "layer" not in server.report(), "the packages stay")
        assert not server.has_greeting()


def test_the_last_of_two_changes_counts_and_sessions_work_meanwhile(project):
    """A registry that never answers delays the first change."""
    with RunningServer(project) as server, socket.create_server(("127.0.0.1", 0)) as registry:
        url = f"http://127.0.0.1:{registry.getsockname()[1]}/simple"
        project.file.write_text(f"--index-url {url}\ngreeting\n")
        connection, _ = registry.accept()
        with connection:
            server.await_state("installing")
            assert "are being installed" in server.health_of_packages()
            assert value_in("synchronous", server.new_session(), "1 + 1") == 2
            project.file.write_text(WHEELS + "helper\n")
            wait_until(lambda: "layer" in server.report(), "the second change is not taken")
        assert value_in("synchronous", server.new_session(), "import helper; helper.word")
        assert not server.has_greeting()
        assert server.report()["state"] == "current"


def test_a_server_ends_at_once_while_it_installs(project):
    with socket.create_server(("127.0.0.1", 0)) as registry:
        with RunningServer(project) as server:
            url = f"http://127.0.0.1:{registry.getsockname()[1]}/simple"
            project.file.write_text(f"--index-url {url}\ngreeting\n")
            connection, _ = registry.accept()
            server.await_state("installing")
        connection.close()  # stop() has checked that no process is left


def test_a_change_that_fails_leaves_the_packages(project):
    project.add("greeting")
    good = project.file.read_text()
    with RunningServer(project) as server:
        layer = server.report()["layer"]
        project.file.write_text(good + "nothing-of-that-name\n")
        report = server.await_state("failed")
        assert "No matching distribution found for nothing-of-that-name" in report["failure"]
        assert "Cure: look at the name" in report["failure"]
        assert report["layer"] == layer
        assert server.has_greeting()
        assert "nothing-of-that-name" in server.health_of_packages()
        check = doctor_checks(project)["packages of a running server"]
        assert check["verdict"] == "warning"
        assert "keeps its packages: pip could not install" in check["finding"]
        # The reason goes without a change of the file.
        make_wheel(project.wheels, "nothing_of_that_name", "1.0")
        ended = project.run("install")
        assert "has these packages for new sessions" in ended.stderr
        assert server.has_greeting() and "nothing_of_that_name" in server.metadata()


@pytest.mark.parametrize(
    "change, complaint",
    [
        (lambda file: file.unlink(), "it does not exist"),
        (lambda file: file.write_text("-r other.txt\n"), "is not one of the options"),
        (lambda file: (file.unlink(), file.mkdir()), "it is not a file"),
        (lambda file: file.rename(file.with_name("moved")), "it does not exist"),
        (lambda file: file.write_bytes(b"\xff\xfe\0"), "not a text in UTF-8"),
    ],
    ids=["removed", "unknown option", "directory", "moved", "no text"],
)
def test_a_file_that_cannot_be_used_any_more_leaves_the_packages(project, change, complaint):
    project.add("greeting")
    with RunningServer(project) as server:
        change(project.file)
        # The server can see a state between two steps of the change.
        wait_until(
            lambda: complaint in server.report().get("failure", ""), f"it never says: {complaint}"
        )
        assert server.report()["state"] == "failed"
        assert server.has_greeting()
        assert server.metadata()["greeting"] == "1.0"


def test_a_server_of_another_file_is_not_told(project):
    other = project.directory / "other.txt"
    other.touch()
    with RunningServer(project) as server:
        ended = project.run("add", "--wheels", str(project.wheels), "greeting")
        assert server.emulator.http in ended.stderr
        options = ("--requirements", str(other), "--wheels", str(project.wheels))
        ended = run_to_end("packages", "add", *options, "--state-dir", str(project.state), "helper")
        assert ended.returncode == DONE
        assert server.emulator.http not in ended.stderr


def test_a_server_can_be_left_alone_by_the_command(project):
    with RunningServer(project):
        ended = project.run("add", "--no-reload", "--wheels", str(project.wheels), "greeting")
        assert ended.returncode == DONE
        assert "The server at" not in ended.stderr


def test_a_server_of_scripts_has_no_packages(project):
    emulator = Emulator("--engine", "scripts", *project.options)
    assert Admin(emulator).ask("GET", "/packages") == {"state": "none"}
    assert Admin(emulator).ask("POST", "/packages/reload") == {"state": "none"}
    emulator.stop()


def test_install_makes_what_a_server_would(project):
    project.file.write_text(WHEELS + "greeting\n")
    assert project.run("install").returncode == DONE
    assert len(project.layers()) == 1
    project.file.write_text(WHEELS + "unknown\n")
    ended = project.run("install")
    assert ended.returncode == FAILED
    assert "No matching distribution found for unknown" in ended.stderr
    assert len(project.layers()) == 1
