"""`dynsessions doctor` in good and bad environments and on good and bad machines."""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from support.emulator import BINARY, run_to_end
from support.sanitizers import WITHOUT_LEAKS

HEALTHY, WRONG_USAGE, UNUSABLE = 0, 2, 4
SECTIONS = ["environment", "sandbox", "limits"]
SANDBOX = ["tier full", "tier restricted", "tier insecure", "tier", "run 6 * 7"]


def run(*arguments, before=()):
    return run_to_end("doctor", *arguments, seconds=400, before=before)


def examine(*arguments, before=()):
    """Returns the exit code, and the checks by name in each section."""
    ended = run(*arguments, "-o", "json", before=before)
    report = json.loads(ended.stdout)
    assert report["healthy"] == (ended.returncode == HEALTHY)
    sections = {section: {} for section in SECTIONS}
    for check in report["checks"]:
        sections[check["section"]][check["name"]] = check
    return ended.returncode, sections


def verdicts(section):
    return {name: check["verdict"] for name, check in section.items()}


def test_the_environment_that_we_build_lacks_nothing():
    code, checks = examine()
    assert code == HEALTHY
    assert set(verdicts(checks["environment"]).values()) == {"good"}
    assert verdicts(checks["sandbox"]) == dict.fromkeys(SANDBOX, "good")


def test_the_text_has_a_line_for_each_check():
    ended = run()
    assert ended.returncode == HEALTHY
    assert ended.stderr == ""
    lines = ended.stdout.splitlines()
    assert [line for line in lines if not line.startswith(" ")] == SECTIONS
    for name in ("python", "agent", "packages", "pkg_resources", "fonts", *SANDBOX):
        assert any(line.startswith(f"  good     {name} ") for line in lines), name


def test_the_systems_python_lacks_ipython_and_the_agent_cannot_start():
    code, checks = examine("--python", "/usr/bin/python3")
    assert code == UNUSABLE
    agent = checks["environment"]["agent"]
    assert (agent["verdict"], "IPython" in agent["finding"]) == ("bad", True)
    assert "make build" in agent["cure"] and "create_environment.sh" in agent["cure"]
    assert "ipython" in checks["environment"]["missing"]["finding"].split(", ")
    assert verdicts(checks["sandbox"]) == dict.fromkeys(SANDBOX, "good") | {"run 6 * 7": "bad"}


@pytest.fixture(scope="module")
def bare_environment(tmp_path_factory):
    """Makes a virtual environment that contains only a numpy of another version, in name only."""
    directory = tmp_path_factory.mktemp("environments") / "bare"
    subprocess.run(["/usr/bin/python3", "-m", "venv", "--without-pip", directory], check=True)
    (packages,) = directory.glob("lib/python3.*/site-packages")
    stub = packages / "numpy-9.9.9.dist-info"
    stub.mkdir()
    (stub / "METADATA").write_text("Metadata-Version: 2.1\nName: NumPy\nVersion: 9.9.9\n")
    return directory


def test_a_package_of_another_version_is_named_with_the_one_it_should_be(bare_environment):
    code, checks = examine("--python", str(bare_environment / "bin/python3"))
    assert code == UNUSABLE
    numpy = checks["environment"]["numpy"]
    assert numpy["finding"] == "9.9.9; pinned is 1.26.4 as in the service"
    assert verdicts(checks["environment"])["pkg_resources"] == "warning"
    assert "fonts" not in checks["environment"]  # there is no matplotlib to look for fonts


@pytest.mark.parametrize("python", ["/bin/true", "/bin/echo", "/etc/passwd"])
def test_a_program_that_is_no_python_is_reported(python):
    code, checks = examine("--python", python)
    assert code == UNUSABLE
    assert verdicts(checks["environment"]) == {"python": "bad"}
    assert python in checks["environment"]["python"]["finding"]
    assert checks["sandbox"] == {}  # sandboxes would fail for misleading reasons


# The packages that the agent requires, as in the image `server`.
AGENT_PACKAGES = """
    IPython asttokens decorator executing jedi matplotlib_inline parso pexpect pkg_resources
    prompt_toolkit ptyprocess pure_eval pygments setuptools stack_data traitlets typing_extensions
    wcwidth
""".split()


@pytest.fixture
def agent_environment(tmp_path):
    directory = tmp_path / "environment"
    subprocess.run(["/usr/bin/python3", "-m", "venv", "--without-pip", directory], check=True)
    (packages,) = directory.glob("lib/python3.*/site-packages")
    (ours,) = (Path(BINARY).parents[1] / "python").glob("lib/python3.*/site-packages")
    wanted = [path for name in AGENT_PACKAGES for path in ours.glob(f"{name}*")]
    wanted += list(ours.glob("ipython-*.dist-info"))
    subprocess.run(["cp", "-R", *wanted, packages], check=True)
    return directory


def test_an_environment_without_the_data_stack_is_one_line(agent_environment):
    """In such an environment, as in the image `server`, sessions run, and the output does not list
    dozens of packages."""
    code, checks = examine("--python", str(agent_environment / "bin/python3"))
    assert code == HEALTHY
    names = ["python", "agent", "packages", "pkg_resources"]
    assert list(checks["environment"]) == names
    packages = checks["environment"]["packages"]
    assert packages["verdict"] == "warning" and "without the data stack" in packages["finding"]
    assert "image `full`" in packages["cure"] and "create_environment.sh" in packages["cure"]
    assert checks["sandbox"]["run 6 * 7"]["verdict"] == "good"


def test_a_python_in_a_directory_that_sessions_replace_must_be_moved():
    real = Path(BINARY).parents[1] / "python/bin/python3"
    with tempfile.TemporaryDirectory(dir="/tmp") as directory:
        python = Path(directory) / "bin" / "python3"
        python.parent.mkdir()
        python.write_text(f'#!/bin/sh\nexec {real} "$@"\n')
        python.chmod(0o755)
        _, checks = examine("--python", str(python))
    full = checks["sandbox"]["tier full"]
    assert full["verdict"] == "warning" and "bind target" in full["finding"]
    assert "--python must be elsewhere" in full["cure"]


def test_a_missing_python_is_reported():
    code, checks = examine("--python", "/no/such/python3")
    assert code == UNUSABLE
    assert "/no/such/python3" in checks["environment"]["python"]["finding"]
    assert checks["sandbox"] == {}


# A system call that is made to fail: the tiers that it prevents, a step, and a word of the cure.
FAULTS = {
    "no namespaces": ("unshare", ["full"], "unshare", "namespaces"),
    "no mounts": ("mount", ["full"], "mount", "namespaces"),
    "no Landlock": ("landlock_restrict_self", ["restricted"], "landlock", "kernel"),
    "a step without a known cure": (
        "setsid",
        ["full", "restricted", "insecure"],
        "session",
        "container",
    ),
}


@pytest.mark.parametrize("call, lost, step, cure", FAULTS.values(), ids=FAULTS.keys())
def test_a_tier_that_this_machine_cannot_provide_is_reported_with_step_and_cure(
    call, lost, step, cure
):
    if not shutil.which("strace"):
        pytest.skip("strace is needed to make system calls fail")
    strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"inject={call}:error=EPERM"]
    code, checks = examine(before=[*strace, *WITHOUT_LEAKS, "-e", f"trace={call}"])
    sandbox = checks["sandbox"]
    for tier in ("full", "restricted", "insecure"):
        check = sandbox[f"tier {tier}"]
        assert check["verdict"] == ("warning" if tier in lost else "good"), check
        if tier in lost:
            assert step in check["finding"]
            assert cure in check["cure"]
    possible = [tier for tier in ("full", "restricted") if tier not in lost]
    assert code == (HEALTHY if possible else UNUSABLE)
    if possible:
        assert sandbox["tier"]["finding"] == f"sessions get {possible[0]}"
        assert sandbox["run 6 * 7"]["verdict"] == "good"
    else:
        assert sandbox["tier"]["verdict"] == "bad"


EGRESS = ("--network-status", "EgressEnabled")


def test_egress_is_looked_at_when_it_is_asked_for():
    """Only the full tier has separate networks to open."""
    code, checks = examine(*EGRESS)
    assert code == HEALTHY
    good = dict.fromkeys(["egress", *SANDBOX], "good")
    assert verdicts(checks["sandbox"]) == good | {"tier restricted": "warning"}


def test_a_missing_program_for_egress_is_reported_with_its_cure(tmp_path):
    code, checks = examine(*EGRESS, before=("env", f"PATH={tmp_path}"))
    assert code == UNUSABLE
    egress = checks["sandbox"]["egress"]
    assert (egress["verdict"], "apt-get install slirp4netns" in egress["cure"]) == ("bad", True)


def test_wrong_usage_is_named():
    ended = run("-o", "yaml")
    assert (ended.returncode, ended.stdout) == (WRONG_USAGE, "")
    assert "--output" in ended.stderr


# Capabilities of root, and whether sessions of the tier are then root.
DROPPED = {"full": False, "restricted": True, "insecure": True}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has capabilities to drop")
@pytest.mark.parametrize("tier", DROPPED)
def test_root_without_the_right_to_kill_gets_a_warning_about_sessions(tier):
    def tier_line_and_objects(*before):
        code, checks = examine("--sandbox", tier, before=before)
        assert code == HEALTHY
        return checks["sandbox"]["tier"], checks["limits"]["kernel objects"]

    used, objects = tier_line_and_objects("setpriv", "--bounding-set=-kill", "--inh-caps=-kill")
    assert ("lacks CAP_KILL" in used["finding"]) == DROPPED[tier]
    assert (used["verdict"] == "warning") == DROPPED[tier]
    assert objects["verdict"] == "warning" and "give the server CAP_KILL" in objects["cure"]
    used, objects = tier_line_and_objects()
    assert (used["verdict"], objects["verdict"]) == ("good", "good")
