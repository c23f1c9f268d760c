"""Uses the 32-bit and the x32 system call interface, each in a child."""

import ctypes
import mmap
import os

from attempt import system_call

GETPID_32 = b"\xb8\x14\x00\x00\x00\xcd\x80\xc3"  # mov eax, 20; int 0x80; ret
RETURN = b"\xc3"


def run_code(code):
    memory = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    memory.write(code)
    ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(memory)))()


def in_child(action):
    child = os.fork()
    if child == 0:
        action()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main(arguments):
    return {"machine code": in_child(lambda: run_code(RETURN)),
            "i386": in_child(lambda: run_code(GETPID_32)),
            "x32": in_child(lambda: system_call(0x40000000 | 39))}
