"""A zygote with nothing loaded, whose interpreters do what run.py does."""

import ctypes
import os
import runpy
import sys

SOCKET = 3

forks = ctypes.PyDLL("/opt/dynsessions/zygote_fork.so")
if forks.dynsessions_shed_privileges(int(sys.argv[-1])) != 0:
    sys.exit("privileges stay")
os.write(SOCKET, b"\n")
if forks.dynsessions_serve_forks(SOCKET) != 0:
    sys.exit("cannot serve")
sys.stdout = open(1, "w", closefd=False)
runpy.run_path("/opt/programs/run.py", run_name="__main__")
