"""Returns its limits, and whether it can raise the limit of core files."""

import resource

from attempt import attempt


def set_core(value):
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (value, value))
    except ValueError:  # Python raises this for EPERM here
        raise PermissionError(1, "core")


def main(arguments):
    names = ["CORE", "NOFILE", "FSIZE", "NPROC", "DATA", "MSGQUEUE", "RTPRIO"]
    answers = {name: list(resource.getrlimit(getattr(resource, f"RLIMIT_{name}"))) for name in names}
    answers["core to 0"] = attempt(lambda: set_core(0))
    return answers
