"""The zygote: loads once what most programs import, and is forked for every interpreter.

    zygote.py MODULES UID       MODULES with commas between them; UID to use files as

The launcher starts it in a sandbox of its own and talks to it on descriptor 3
(sandbox/zygote_protocol.h). zygote_fork.so does what Python cannot: it forks into a session's
sandbox and confines the child, which then goes on as agent.py does. A session must not be able to
tell that from an agent that was started, except that it is there at once; and no two may share
anything random. What they do share is the seed of hash(), as all memory is laid out before.
"""

import asyncio
import ctypes
import gc
import importlib
import os
import sys
import tempfile

import agent
import session_packages
from agent_shell import AGENT_FOLDER, make_shell

SOCKET_FD = 3
MAX_COMPLAINTS = 1000

# Threads do not survive a fork, so no library may start any here.
NO_THREADS = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",  # pyarrow's allocator, which pandas loads
}


def load_forks():
    """Its functions keep the interpreter lock, since they run Python's own part of a fork."""
    return ctypes.PyDLL(os.path.join(AGENT_FOLDER, "zygote_fork.so"), use_errno=False)


def require_done(error_number, what):
    if error_number != 0:
        sys.exit(f"{what}: {os.strerror(error_number)}")


def make_streams_pipes():
    """As an interpreter's are. Nobody reads what is written here: the first programs of sessions
    would get it otherwise."""
    _, write_end = os.pipe()
    for stream in (1, 2):
        os.dup2(write_end, stream)
    os.close(write_end)


def preload(modules):
    """Imports them; returns what is to be said about those that cannot be."""
    os.environ.update(NO_THREADS)
    complaints = []
    for module in modules:
        try:
            importlib.import_module(module)
        except Exception as error:  # whatever a module raises, sessions do without it
            complaints.append(f"{module} is not preloaded: {type(error).__name__}: {error}")
    for name in NO_THREADS:
        del os.environ[name]
    return "; ".join(complaints)


def renew_randomness():
    """Python's own generator and OpenSSL's notice a fork by themselves."""
    tempfile._name_sequence = None
    random = sys.modules.get("numpy.random")
    if random is not None:
        random.seed()
    processes = sys.modules.get("multiprocessing.process")
    if processes is not None:
        processes.current_process().authkey = os.urandom(32)


def main():
    modules, uid = sys.argv[1:]
    forks = load_forks()
    require_done(forks.dynsessions_shed_privileges(int(uid)), "cannot shed privileges")
    make_streams_pipes()
    agent.ignore_interrupts()
    agent.prepare_process()
    session_packages.adopt()
    agent.adopt_font_cache()
    shell = make_shell()
    with shell.builtin_trap:  # pandas asks at import whether a kernel runs it
        complaints = preload(filter(None, modules.split(",")))
    asyncio.run(shell.warm_up())
    gc.collect()
    gc.freeze()  # so that no collection writes to the pages that are shared
    os.write(SOCKET_FD, b"\n" + complaints.encode("ascii", "replace")[:MAX_COMPLAINTS])
    require_done(forks.dynsessions_serve_forks(SOCKET_FD), "cannot serve forks")
    renew_randomness()
    session_packages.adopt()
    agent.adopt_font_cache()
    shell.make_folders()
    agent.serve(shell)


if __name__ == "__main__":
    main()
