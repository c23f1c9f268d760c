"""The clients of the suite: their list, how their drivers are started, and what they reported.

Each client has a directory here with a driver, a small program that does what a user of the client
does and prints a line of JSON per operation, {"operation", "ok", "detail"}. Its packages are pinned
next to it, and installed into build/clients. A client that no registry offers is imitated: its
driver sends the same bytes with the standard library (`by_hand.py`).
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from support.emulator import BINARY, SLOWNESS

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
ENVIRONMENTS = ROOT / "build" / "clients"

HTTP, HTTPS = "http", "https"
APP_SERVICE = "app-service"
EVERY_IDENTITY = (APP_SERVICE, "virtual-machine", "client-secret", "azure-cli")
RUN_SECONDS, INSTALL_SECONDS = 400 * SLOWNESS, 900

# The operations of every driver, unless its client supports less.
OF_SESSIONS = frozenset(
    {"run", "state", "upload", "list_files", "download", "figure", "error", "timeout"}
)
TOKENS = frozenset({"token"})


class Client(NamedTuple):
    name: str  # name of its directory
    package: str  # the package whose version is shown
    schemes: tuple = (HTTP, HTTPS)
    identities: tuple = (APP_SERVICE,)
    does: frozenset = OF_SESSIONS
    in_test_environment: bool = False  # tests/requirements.txt has its packages, too
    server_options: tuple = ()
    shares_page_of: str = ""  # name of another client
    note: str = ""  # shown in the table

    @property
    def directory(self):
        return HERE / self.name

    @property
    def environment(self):
        return ENVIRONMENTS / self.name

    @property
    def is_imitated(self):
        return not self._has("requirements.txt", "package.json", "pom.xml")

    @property
    def page(self):
        return ROOT / "docs" / "clients" / f"{self.shares_page_of or self.name}.md"

    def _has(self, *manifests):
        return any((self.directory / name).exists() for name in manifests)

    def version(self):
        """Returns the pinned version; for an imitated client the version whose requests are
        sent."""
        if self._has("requirements.txt"):
            return pinned(self.directory / "requirements.txt", self.package)
        if self._has("package.json"):
            manifest = json.loads((self.directory / "package.json").read_text())
            return manifest["dependencies"][self.package]
        if self._has("pom.xml"):
            pom = (self.directory / "pom.xml").read_text()
            return re.search(rf"<artifactId>{self.package}</artifactId>\s*<version>(.*?)<", pom)[1]
        return re.search(r'^VERSION = "(.*)"', self.driver().read_text(), re.MULTILINE)[1]

    def driver(self):
        (driver,) = [*self.directory.glob("drive.*"), *self.directory.glob("Drive.java")]
        return driver

    def command(self, own_environment):
        """Returns the command that starts the driver. Its packages must be installed before."""
        packages = self.environment / "packages"
        if self._has("package.json"):
            return ["node", self.environment / "drive.mjs"]
        if self._has("pom.xml"):
            return ["java", "-cp", f"{packages}/*", self.driver()]
        own = own_environment and not self.is_imitated
        return [packages / "bin/python3" if own else sys.executable, self.driver()]


CLIENTS = (
    Client(
        "langchain",
        "langchain-azure-dynamic-sessions",
        identities=EVERY_IDENTITY,
        in_test_environment=True,
    ),
    Client("code-interpreter", "azure-dynamic-sessions-code-interpreter", in_test_environment=True),
    Client("autogen", "autogen-ext", in_test_environment=True),
    Client(
        "azure-identity",
        "azure-identity",
        schemes=(HTTP,),
        identities=(*EVERY_IDENTITY, "old-app-service"),
        does=TOKENS,
        in_test_environment=True,
    ),
    Client("llama-index", "llama-index-tools-azure-code-interpreter"),
    Client("semantic-kernel", "semantic-kernel", schemes=(HTTPS,)),
    Client(
        "semantic-kernel-1.1",
        "semantic-kernel",
        schemes=(HTTPS,),
        shares_page_of="semantic-kernel",
    ),
    Client(
        "prefect",
        "prefect-aca-sessions",
        does=frozenset({"run", "state", "error", "timeout", "delete"}),
        server_options=("--session-missing", "404"),
    ),
    Client("llama-index-ts", "@llamaindex/azure"),
    Client(
        "azure-identity-js",
        "@azure/identity",
        schemes=(HTTP,),
        identities=EVERY_IDENTITY,
        does=TOKENS,
        shares_page_of="azure-identity",
    ),
    Client(
        "langchain4j",
        "azure-identity",
        identities=EVERY_IDENTITY,
        note="tokens of azure-identity, requests imitated",
    ),
    Client("langchain-azure-compute", "langchain-azure-compute", shares_page_of="langchain"),
    Client("javascript-sdk", "@azure-rest/microsoft-app-dynamicsessions-rest", schemes=(HTTPS,)),
    Client("semantic-kernel-dotnet", "Microsoft.SemanticKernel.Plugins.Core"),
)


class Run(NamedTuple):
    client: Client
    scheme: str
    identity: str

    def __str__(self):
        return f"{self.client.name}, {self.scheme}, {self.identity}"


def every_run():
    """Returns each client over each of its schemes, and with each further identity over the first
    scheme."""
    for client in CLIENTS:
        first_scheme, *_ = client.schemes
        first_identity, *others = client.identities
        yield from (Run(client, scheme, first_identity) for scheme in client.schemes)
        yield from (Run(client, first_scheme, identity) for identity in others)


def quick_runs():
    """Returns a run of each client that needs no separate environment."""
    for client in CLIENTS:
        if client.in_test_environment or client.is_imitated:
            yield Run(client, client.schemes[0], client.identities[0])


def pinned(requirements, package):
    """Returns the version of a package in a file of requirements."""
    pin = re.compile(rf"^{re.escape(package)}==(\S+)", re.MULTILINE)
    return pin.search(requirements.read_text())[1]


def reason_not_to_install(directory, environment):
    """Installs the packages that are pinned in the directory, unless they are installed already.
    Returns a text if the machine lacks their language, otherwise None."""
    command = [HERE / "create_environment.sh", directory, environment]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_SECONDS)
    if ended.returncode == 3:
        return ended.stderr.splitlines()[-1]
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return None


def clean_environment(directory):
    """Returns the environment without variables for Azure and proxies, and without those of the
    user."""
    keep = ("PATH", "XDG_STATE_HOME")
    kept = {name: os.environ[name] for name in keep if name in os.environ}
    return {**kept, "HOME": str(directory), "TMPDIR": str(directory)}


def reported_by(run, directory, own_environment):
    """Returns the operations that the driver reports under `dynsessions exec`."""
    command = [BINARY, "exec", "--auth", "claims", *run.client.server_options, "--"]
    command += [HERE / "point.sh", run.scheme, run.identity]
    command += run.client.command(own_environment)
    ended = subprocess.run(
        list(map(str, command)),
        env={**clean_environment(directory), "PYTHONPATH": f"{HERE}:{HERE.parent}"},
        cwd=directory,
        capture_output=True,
        text=True,
        timeout=RUN_SECONDS,
    )
    assert ended.returncode == 0, f"{ended.stdout}{ended.stderr}"
    return [json.loads(line) for line in ended.stdout.splitlines()]
