"""Measures many sessions with IPython alone: as many processes, forked from one that has loaded
everything, each given the next cell as soon as it has answered. The processes have sockets, but
neither a protocol nor a sandbox. Run with the sessions' Python; prints the cells per second.

    bare_pool.py MODULES PROCESSES SECONDS
"""

import gc
import importlib
import os
import selectors
import socket
import sys
import time

from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from traitlets.config import Config


def make_shell():
    config = Config()
    config.HistoryManager.enabled = False
    return InteractiveShell.instance(config=config)


def serve(shell, asked):
    while asked.recv(1):
        with capture_output():
            result = shell.run_cell("1 + 1").result
        asked.sendall(b"%d" % result)


def fork_server(shell):
    """Forks the process and returns this process's end of its socket."""
    ours, theirs = socket.socketpair()
    if os.fork() == 0:
        ours.close()
        serve(shell, theirs)
        os._exit(0)
    return ours


def ask_for(seconds, sockets):
    """Returns how many cells per second all of them run."""
    selector, count = selectors.DefaultSelector(), 0
    for each in sockets:
        selector.register(each, selectors.EVENT_READ)
        each.sendall(b"?")
    started = now = time.perf_counter()
    while now < started + seconds:
        for key, _ in selector.select():
            assert key.fileobj.recv(1) == b"2"
            count += 1
            key.fileobj.sendall(b"?")
        now = time.perf_counter()
    for each in sockets:  # the last answer of each process
        each.recv(1)
    return count / (now - started)


def main():
    modules, processes, seconds = sys.argv[1:]
    shell = make_shell()
    for module in modules.split(","):
        importlib.import_module(module)
    gc.collect()
    gc.freeze()
    sockets = [fork_server(shell) for _ in range(int(processes))]
    ask_for(0.5, sockets)  # run once before, so that every process has run its first cell
    print(ask_for(float(seconds), sockets))


if __name__ == "__main__":
    main()
