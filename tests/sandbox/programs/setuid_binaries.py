"""Starts programs that become root where they can, and returns what they became."""

import os
import subprocess

PROGRAMS = ["/usr/bin/su", "/usr/bin/passwd", "/usr/bin/chsh", "/usr/bin/newgrp", "/usr/bin/mount"]


def effective_user(program):
    """Returns the owner of its /proc: its user, or root if it has more rights; None if it does not
    exist."""
    if not os.path.exists(program):
        return None
    process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, preexec_fn=os.setsid)
    try:  # its exec has happened when Popen returns, and it keeps its owner until it is reaped
        return os.stat(f"/proc/{process.pid}").st_uid
    finally:
        process.kill()
        process.communicate()


def main(arguments):
    found = {program: effective_user(program) for program in PROGRAMS}
    users = {user for user in found.values() if user is not None}
    return {"own": os.geteuid(), "became": sorted(users)}
