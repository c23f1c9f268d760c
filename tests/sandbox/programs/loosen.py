"""Removes its confinement piece by piece, and returns what is left afterwards."""

import ctypes
import os
import resource

from attempt import attempt, system_call

PRCTL, SECCOMP, CAPSET, PERSONALITY = 157, 317, 126, 135
SET_PDEATHSIG, SET_DUMPABLE, SET_SECCOMP, SET_MM, SET_NO_NEW_PRIVS = 1, 4, 22, 35, 38
SET_SECUREBITS, CAP_AMBIENT = 28, 47
NEW_LISTENER, ADDR_NO_RANDOMIZE = 8, 0x40000
HEADER = (0x20080522).to_bytes(4, "little") + bytes(4)  # _LINUX_CAPABILITY_VERSION_3
ALL_CAPABILITIES = b"\xff" * 24


def allow_everything():
    """Returns a filter of one instruction."""
    instruction = ctypes.create_string_buffer(b"\x06\0\0\0\0\0\xff\x7f", 8)
    program = bytes(ctypes.c_ushort(1)) + bytes(6) + bytes(ctypes.c_void_p(ctypes.addressof(instruction)))
    return instruction, program


def raise_limit(name):
    hard = resource.getrlimit(name)[1]
    try:
        resource.setrlimit(name, (hard + 1, hard + 1))
    except ValueError as error:  # Python raises this for EPERM here
        raise PermissionError(1, "limit") from error


def status():
    with open("/proc/self/status") as file:
        fields = dict(line.split(":", 1) for line in file)
    names = ["NoNewPrivs", "Seccomp", "CapEff", "CapPrm", "CapInh", "CapBnd", "CapAmb"]
    return {name: fields[name].strip() for name in names}


def main(arguments):
    keep, program = allow_everything()
    attempts = {"listener": system_call(SECCOMP, 1, NEW_LISTENER, program),
                "filter": system_call(PRCTL, SET_SECCOMP, 2, program),
                "privileges": system_call(PRCTL, SET_NO_NEW_PRIVS, 0, 0, 0, 0),
                "memory map": system_call(PRCTL, SET_MM, 1, 0, 0, 0),
                "secure bits": system_call(PRCTL, SET_SECUREBITS, 0, 0, 0, 0),
                "ambient": system_call(PRCTL, CAP_AMBIENT, 2, 21, 0, 0),
                "capabilities": system_call(CAPSET, HEADER, ALL_CAPABILITIES),
                "root": attempt(lambda: os.setresuid(0, 0, 0)),
                "layout": system_call(PERSONALITY, ADDR_NO_RANDOMIZE),
                "core": attempt(lambda: resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
                                if os.getuid() == 0 else raise_limit(resource.RLIMIT_CORE)),
                "files": attempt(lambda: raise_limit(resource.RLIMIT_NOFILE)),
                "parent": system_call(PRCTL, SET_PDEATHSIG, 0, 0, 0, 0)}
    return {"attempts": attempts, "status": status()}
