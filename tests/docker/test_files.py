"""The statements of docker/ are true of the program, as far as they can be checked without an
image. build_images.sh and run.py check images; the last test runs them on request."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from flag_sets import FLAG_SETS
from flag_table import read_table
from support import sanitizers
from support.emulator import BINARY, run_to_end

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "docker" / "Dockerfile").read_text()
COMPOSE = yaml.safe_load((ROOT / "docker" / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
WRONG_USAGE = 2

# `A \` and its next line are one instruction.
INSTRUCTIONS = [
    line.split(maxsplit=1)
    for line in DOCKERFILE.replace("\\\n", " ").splitlines()
    if line and not line.startswith("#")
]


def instructions(name):
    return [rest for word, rest in INSTRUCTIONS if word == name]


def image_environment():
    return dict(pair.split("=", 1) for line in instructions("ENV") for pair in shlex.split(line))


def service_environment(service):
    """Returns the environment that compose makes from a shell that sets no variables."""
    variables = SERVICES[service]["environment"].items()
    return {name: value for name, value in variables if value is not None}


# The image and compose.yaml choose these; the shell's ports are the published ones.
FIXED = {"LISTEN", "PORT", "HTTPS_PORT", "ADMIN_PORT", "PYTHON", "STATE_DIR"}


def option_variables():
    return set(re.findall(r"DYNSESSIONS_\w+", run_to_end("serve", "--help").stdout))


@pytest.mark.parametrize("service", SERVICES)
def test_compose_passes_the_variable_of_every_option(service):
    passed = SERVICES[service]["environment"]
    assert set(passed) == option_variables() - {f"DYNSESSIONS_{name}" for name in FIXED}
    own = {"DYNSESSIONS_SANDBOX"} if service == "full" else set()
    assert {name for name, value in passed.items() if value is not None} == own


@pytest.mark.parametrize("service", SERVICES)
def test_every_variable_is_an_option_with_a_value_that_it_takes(service):
    variables = image_environment() | service_environment(service)
    ours = {name: value for name, value in variables.items() if name.startswith("DYNSESSIONS_")}
    assert ours and set(ours) <= option_variables()
    asked = run_to_end("healthcheck", **ours)  # reads all options and finds no server
    assert asked.returncode != WRONG_USAGE, asked.stderr


@pytest.mark.parametrize("service", SERVICES)
def test_the_ports_are_the_programs_own_and_published_on_loopback_only(service):
    help_text = run_to_end("serve", "--help").stdout
    defaults = re.findall(r"DYNSESSIONS_(?:HTTPS_|ADMIN_)?PORT, default (\d+)", help_text)
    assert sorted(instructions("EXPOSE")[0].split()) == sorted(defaults)
    published = [
        re.sub(r"\$\{DYNSESSIONS_\w*PORT:-(\d+)\}", r"\1", each)
        for each in SERVICES[service]["ports"]
    ]
    assert sorted(published) == sorted(f"127.0.0.1:{port}:{port}" for port in defaults)


def test_the_commands_of_the_image_are_the_programs():
    assert instructions("ENTRYPOINT") == ['["dynsessions"]']
    command = instructions("HEALTHCHECK")[0].partition("CMD ")[2]
    assert yaml.safe_load(command) == ["dynsessions", "healthcheck"]
    assert "Usage: dynsessions healthcheck" in run_to_end("healthcheck", "--help").stdout


def test_the_authority_is_where_the_readme_copies_it_from(tmp_path):
    state = Path(image_environment()["XDG_STATE_HOME"], "dynsessions")
    assert f"VOLUME {state}" in DOCKERFILE
    readme = (ROOT / "docker" / "README.md").read_text()
    copied = re.findall(rf"docker cp NAME:{state}/(\S+) \.", readme)
    assert copied == ["ca.pem", "trust-bundle.pem", "trust-store.p12"]
    assert run_to_end("cert", XDG_STATE_HOME=str(tmp_path)).returncode == 0
    for name in copied:
        assert (tmp_path / "dynsessions" / name).stat().st_size > 0


def test_the_image_does_not_run_as_root():
    (user,) = instructions("USER")
    assert int(user.split(":")[0]) > 0


def test_what_is_copied_is_there_and_not_ignored():
    copied = [line.split()[:-1] for line in instructions("COPY") if not line.startswith("--from")]
    sources = {source for group in copied for source in group}
    ignore_file = (ROOT / "docker" / "Dockerfile.dockerignore").read_text()
    let_in = {line[1:] for line in ignore_file.splitlines() if line.startswith("!")}
    assert sources == {s for s in sources if (ROOT / s).exists()}
    assert {s for s in sources if not any(Path(s).is_relative_to(i) for i in let_in)} == set()


def packages_of(program):
    """Returns the packages of Debian that contain the libraries of a program, which depend on those
    of the libraries' libraries."""
    found = subprocess.check_output(["ldd", program], text=True)
    paths_by_name = dict(re.findall(r"(\S+) => (/\S+)", found))
    dynamic = subprocess.check_output(["readelf", "--dynamic", program], text=True)
    names = re.findall(r"\(NEEDED\).*\[(.+)\]", dynamic)
    libraries = [paths_by_name[name] for name in names if name in paths_by_name]
    paths = {path for library in libraries for path in (library, os.path.realpath(library))}
    search = ["dpkg-query", "--search", *paths]  # the command fails for unknown files
    found = subprocess.run(search, capture_output=True, text=True).stdout
    return {line.split(":")[0] for line in found.splitlines()}


@pytest.mark.parametrize("program", [BINARY, str(Path(BINARY).parent / "sandbox-launcher")])
def test_the_image_installs_every_library_that_the_program_needs(program):
    if sanitizers.sanitizer_of(program):
        pytest.skip("the image has the release build, which links other libraries")
    part_of_every_debian = {"libc6", "libgcc-s1"}
    runtime = DOCKERFILE.split(" AS runtime")[1].split("\nFROM")[0]
    needed = packages_of(program) - part_of_every_debian
    assert needed
    assert needed - set(re.findall(r"[\w.+-]+", runtime)) == set()


def flags_of(service):
    """Returns the flags as the table names them. The machine that measured the table has no
    AppArmor to disable."""
    options = SERVICES[service]
    security = [o for o in options.get("security_opt", []) if o != "apparmor=unconfined"]
    words = [word for name in options.get("cap_add", []) for word in ("--cap-add", name)]
    words += [word for name in options.get("cap_drop", []) for word in ("--cap-drop", name)]
    words += [w for option in security for w in ("--security-opt", option)]
    if options.get("read_only"):
        words.append("--read-only")
    words += [word for directory in options.get("tmpfs", []) for word in ("--tmpfs", directory)]
    return " ".join(words)


def test_the_default_service_asks_for_no_more_rights_than_the_first_docker_run():
    service = SERVICES["dynsessions"]
    first_run = (
        (ROOT / "docker" / "README.md").read_text().partition("docker run")[2].split("\n")[0]
    )
    assert "--cap-add" not in first_run and "--security-opt" not in first_run
    assert not {"cap_add", "privileged", "user", "devices"} & set(service)
    assert service["security_opt"] == ["no-new-privileges"]
    assert SERVICES["full"]["profiles"] == ["full"], "a profile is not started by default"


@pytest.mark.parametrize("service,tier", [("dynsessions", "restricted"), ("full", "full")])
def test_the_rights_of_a_service_are_in_the_table_and_give_the_tier_it_asks_for(service, tier):
    assert service_environment(service).get("DYNSESSIONS_SANDBOX", tier) == tier
    assert read_table()[flags_of(service), "Docker"].startswith(tier)


def test_the_table_has_every_set_of_flags_and_no_empty_cell():
    table = read_table()
    assert {flags for flags, _ in table} == {flag_set.name for flag_set in FLAG_SETS}
    assert all(table.values())


def test_the_image_gives_what_the_table_says():
    if os.environ.get("DYNSESSIONS_IMAGES") != "1":
        pytest.skip("builds an image and runs it dozens of times: set DYNSESSIONS_IMAGES=1")
    tools = ("podman", "buildah", "runc", "debootstrap")
    missing = [tool for tool in tools if not shutil.which(tool)]
    assert not missing, f"DYNSESSIONS_IMAGES=1, but not installed: {missing}"
    here = Path(__file__).parent
    subprocess.run([here / "build_images.sh", "server"], check=True)
    subprocess.run([sys.executable, here / "run.py"], check=True)
