#!/usr/bin/env python3
"""Starts the image with each set of flags of docker/README.md, uses it over HTTP, and compares what
it was given with the table there.

    tests/docker/build_images.sh server && tests/docker/run.py [--write] [--only TEXT]

Requires root, with podman and runc; --write puts observations into the table; --only selects the
sets of flags that contain TEXT. Docker itself is not needed: podman with Docker's seccomp profile
replaces it (engines.py). That profile comes from a package of Debian; it is taken out of the
package's archive unless it is installed. Mounts, bridges and firewall rules are made in namespaces
of this script and vanish with it.
"""

import argparse
import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

from container_use import observe
from engines import AsDocker, Podman, Rootless
from flag_sets import FLAG_SETS
from flag_table import read_table, write_table

PROFILE_PACKAGE = "golang-github-docker-docker-dev"
PROFILE = "usr/share/gocode/src/github.com/docker/docker/profiles/seccomp/default.json"
PROFILE_VARIABLE = "DOCKER_SECCOMP_PROFILE"  # variable that is set inside the namespaces


def run_in_own_namespaces():
    installed = Path("/", PROFILE)
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        if not installed.exists():
            how = {"cwd": directory, "check": True, "capture_output": True}
            subprocess.run(["apt-get", "download", PROFILE_PACKAGE], **how)
            subprocess.run(["dpkg-deb", "-x", str(next(Path(directory).glob("*.deb"))), "."], **how)
            installed = Path(directory, PROFILE)
        again = ["unshare", "--mount", "--net", sys.executable, *sys.argv]
        return subprocess.call(again, env={**os.environ, PROFILE_VARIABLE: str(installed)})


def prepare_machine():
    """Prepares the namespaces: a loopback, and a tun device that all users can open, as on most
    machines; networks of rootless containers and of sessions need it."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/mnt"], check=True)
    os.mknod("/mnt/tun", stat.S_IFCHR, os.makedev(10, 200))
    os.chmod("/mnt/tun", 0o666)
    subprocess.run(["mount", "--bind", "/mnt/tun", "/dev/net/tun"], check=True)


def observe_all(engines, only):
    """Returns what each engine gives each set of flags, by their names."""
    seen = {}
    for engine in engines:
        engine.prepare()
        for flag_set in FLAG_SETS:
            if only in flag_set.name:
                observed = observe(engine, flag_set)
                print(f"{engine.name}: {flag_set.name}: {observed.text}", flush=True)
                seen[flag_set.name, engine.name] = observed
    return seen


def count_failures(seen):
    table = read_table()
    failed = 0
    for (flags, engine), observed in seen.items():
        problems = list(observed.problems)
        if (shown := table.get((flags, engine))) != observed.text:
            problems.append(f"it is `{observed.text}`, the table has `{shown}`")
        for problem in problems:
            print(f"FAILED {engine}: {flags}: {problem}")
        failed += bool(problems)
    return failed


def main():
    if os.geteuid() != 0:
        sys.exit("run.py needs root, to make separate namespaces")
    if PROFILE_VARIABLE not in os.environ:
        return run_in_own_namespaces()
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--write", action="store_true", help="write observations into the table")
    parser.add_argument("--only", default="", help="only the sets of flags that contain this text")
    options = parser.parse_args()
    prepare_machine()
    engines = [AsDocker(os.environ[PROFILE_VARIABLE]), Podman(), Rootless()]
    seen = observe_all(engines, options.only)
    if options.write:
        write_table({key: observed.text for key, observed in seen.items()})
    failed = count_failures(seen)
    print(f"{len(seen) - failed} passed, {failed} failed")
    return 1 if failed or not seen else 0


if __name__ == "__main__":
    sys.exit(main())
