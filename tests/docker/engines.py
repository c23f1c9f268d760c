"""podman in the three ways that docker/README.md describes."""

import json
import os
import subprocess
from pathlib import Path

from flag_sets import SERVER_USER, podman_flags

SECONDS = 120
IMAGE = "localhost/dynsessions:server"

# Docker adds a capability for root only; podman gives it to any user. Docker would start the same
# user with the capability in its bounding set, where seccomp profiles look for it.
AS_DOCKER_DOES = (
    "setpriv",
    f"--reuid={SERVER_USER}",
    f"--regid={SERVER_USER}",
    "--clear-groups",
    "--inh-caps=-all",
    "dynsessions",
)


class Podman:
    """podman as root, with its own seccomp profile."""

    name = "Podman"

    def prepare(self):
        """Makes everything that must exist before a container."""

    def podman(self, *words):
        return subprocess.run(
            [*self.command(), *words], capture_output=True, text=True, timeout=SECONDS
        )

    def command(self):
        return ["podman", "--runtime", "runc"]

    def start(self, flag_set):
        """Starts a container in the background and returns its id."""
        words = ["run", "--detach", "--publish", "127.0.0.1::7070", "--publish", "127.0.0.1::7071"]
        # Limits that containers of small machines have; nothing here needs more.
        words += ["--ulimit", "nofile=20000:20000", "--ulimit", "nproc=4096:4096"]
        started = self.podman(*words, *self.flags_for(flag_set))
        if started.returncode != 0:
            raise RuntimeError(f"podman run failed: {started.stderr}")
        return started.stdout.split()[-1]

    def flags_for(self, flag_set):
        return [*podman_flags(flag_set), IMAGE]

    def run_inside(self, container, flag_set, *arguments):
        """Runs the program in a running container, as `docker exec` would."""
        return self.podman("exec", container, *self.program(flag_set), *arguments)

    def program(self, flag_set):
        """Returns the command line with which the image's user starts it."""
        return ("dynsessions",)


class AsDocker(Podman):
    """podman as root with Docker's seccomp profile and Docker's handling of capabilities."""

    name = "Docker"

    def __init__(self, profile):
        self.profile = profile

    def flags_for(self, flag_set):
        words = podman_flags(flag_set)
        if not {"seccomp=unconfined", "--privileged"} & set(words):
            words += ["--security-opt", f"seccomp={self.profile}"]
        if self.program(flag_set) == AS_DOCKER_DOES:
            words += ["--user", "root", "--entrypoint", json.dumps(AS_DOCKER_DOES)]
        return [*words, IMAGE]

    def program(self, flag_set):
        with_capabilities = {"--cap-add", "--privileged"} & set(flag_set.flags)
        if with_capabilities and "--user" not in flag_set.flags:
            return AS_DOCKER_DOES
        return super().program(flag_set)


class Rootless(Podman):
    """podman as an ordinary user, who exists only in this script's mount namespace."""

    name = "Podman, rootless"
    home = "/mnt/home"
    uid = "5555"

    def command(self):
        environment = {
            "HOME": self.home,
            "XDG_RUNTIME_DIR": f"{self.home}/run",
            "PATH": os.environ["PATH"],
        }
        words = ["setpriv", "--reuid", self.uid, "--regid", self.uid, "--clear-groups", "env", "-i"]
        words += [f"{name}={value}" for name, value in environment.items()]
        podman = ["podman", "--runtime=runc", "--cgroup-manager=cgroupfs"]
        return [*words, *podman, "--storage-driver=overlay"]

    def prepare(self):
        """Makes the user and copies the image to it."""
        entries = {
            "passwd": f"rootless:x:{self.uid}:{self.uid}::{self.home}:/bin/sh",
            "group": f"rootless:x:{self.uid}:",
            "subuid": "rootless:100000:65536",
            "subgid": "rootless:100000:65536",
        }
        for file, entry in entries.items():
            Path(f"/mnt/{file}").write_text(Path(f"/etc/{file}").read_text() + entry + "\n")
            subprocess.run(["mount", "--bind", f"/mnt/{file}", f"/etc/{file}"], check=True)
        for directory in (self.home, f"{self.home}/run"):
            os.mkdir(directory, 0o700)
            os.chown(directory, int(self.uid), int(self.uid))
        os.chdir(self.home)
        self._copy_image()

    def _copy_image(self):
        archive = f"{self.home}/image.tar"
        save = ["podman", "save", "--quiet", "--format", "docker-archive", "--output", archive]
        subprocess.run([*save, IMAGE], check=True)
        os.chmod(archive, 0o644)
        self.podman("load", "--quiet", "--input", archive)
        os.remove(archive)
