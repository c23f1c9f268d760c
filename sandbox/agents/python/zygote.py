"""The zygote: loads the packages of most programs once, and is forked for every interpreter.

    zygote.py MODULES UID       MODULES with commas between them; UID to use files as

The launcher starts it in a separate sandbox and talks to it on descriptor 3
(sandbox/tiers/namespaced/zygote_protocol.h). Python cannot fork into a session's sandbox and
confine the child; zygote_fork.so does this, and the child continues like agent.py. A session must not
be able to distinguish a forked interpreter from a started one, except that it is ready at once.
Forks must not share random state. They do share the seed of hash(), because existing dictionaries
depend on it.
"""

import asyncio
import ctypes
import gc
import os
import sys
import tempfile

import agent
import agent_kernel
import session_packages
from agent_shell import AGENT_DIRECTORY, make_shell
from preloaded import Preloaded

SOCKET_FD = 3
MAX_COMPLAINTS = 1000
WARM_UPS = 45  # so that the first programs of sessions do not write counters into shared bytecode
LARGE_PAGE = 1 << 21
MADV_COLLAPSE = 25  # since Linux 6.1

# Threads do not survive a fork, so libraries must not start any here.
NO_THREADS = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",  # pyarrow's allocator, which pandas loads
}


def load_forks():
    """Its functions keep the interpreter lock, since they run Python's own part of a fork."""
    return ctypes.PyDLL(os.path.join(AGENT_DIRECTORY, "zygote_fork.so"), use_errno=False)


def require_done(error_number, what):
    if error_number != 0:
        sys.exit(f"{what}: {os.strerror(error_number)}")


def make_streams_pipes():
    """Makes them pipes, as in an interpreter. Their output is dropped; otherwise the first programs
    of sessions would get it."""
    _, write_end = os.pipe()
    for stream in (1, 2):
        os.dup2(write_end, stream)
    os.close(write_end)


def preload(modules):
    """Imports the modules; returns those that succeeded, and the errors of the others as a text."""
    os.environ.update(NO_THREADS)
    loaded, complaints = [], []
    for module in modules:
        try:
            loaded.append(Preloaded(module))
        except Exception as error:  # sessions work without a module that fails
            complaints.append(f"{module} is not preloaded: {type(error).__name__}: {error}")
    for name in NO_THREADS:
        del os.environ[name]
    return loaded, "; ".join(complaints)


def use_large_pages():
    """Moves the existing objects to large pages, so that a fork has fewer page tables to copy and to
    take down. That saves one millisecond of two. Pages that a fork writes to are still copied as
    small pages."""
    libc = ctypes.CDLL(None)
    for page in sorted({id(thing) // LARGE_PAGE for thing in gc.get_objects()}):
        start = ctypes.c_void_p(page * LARGE_PAGE)
        libc.madvise(start, ctypes.c_size_t(LARGE_PAGE), MADV_COLLAPSE)  # if the kernel supports it


def renew_randomness():
    """Renews other random state; the generators of Python and OpenSSL notice a fork themselves.
    vars() does not wake a preloaded module."""
    tempfile._name_sequence = None
    if "numpy" in sys.modules:  # like its seed(), which takes three times as long
        numpy = vars(sys.modules["numpy"])
        key = numpy["frombuffer"](os.urandom(624 * 4), numpy["uint32"])
        vars(numpy["random"])["set_state"](("MT19937", key, len(key)))
    if "multiprocessing.process" in sys.modules:
        processes = vars(sys.modules["multiprocessing.process"])
        processes["current_process"]().authkey = os.urandom(32)


class TmpSnapshot:
    """The files that the agent has made in /tmp, to copy them into the /tmp of each session. Making
    them again in the usual way takes milliseconds in a process with shared memory."""

    def __init__(self):
        self._steps = []
        for directory, directories, files in os.walk(tempfile.tempdir):
            paths = [os.path.join(directory, name) for name in directories + files]
            if directory != tempfile.tempdir:
                self._steps.append((os.mkdir, (directory, os.stat(directory).st_mode)))
            for path in paths:  # os.walk() takes links to directories for directories
                if os.path.islink(path) or not os.path.isdir(path):
                    self._steps.append(self._step_for(path))

    def _step_for(self, path):
        if os.path.islink(path):
            return os.symlink, (os.readlink(path), path)
        with open(path, "rb") as file:
            return self._write, (path, file.read())

    @staticmethod
    def _write(path, content):
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        os.write(file, content)
        os.close(file)

    def place(self):
        """Returns False if an earlier interpreter has made the files, or if no room is left."""
        try:
            for make, arguments in self._steps:
                make(*arguments)
        except OSError:
            return False
        return True


def main():
    modules, uid = sys.argv[1:]
    forks = load_forks()
    require_done(forks.dynsessions_shed_privileges(int(uid)), "cannot shed privileges")
    forks.dynsessions_gather_object_arenas()  # for use_large_pages()
    make_streams_pipes()
    agent.ignore_interrupts()
    streams = agent.prepare_process()
    session_packages.adopt()
    agent.adopt_font_cache()
    shell = make_shell(streams)
    tmp_snapshot = TmpSnapshot()
    serving = agent.Agent(shell, streams)
    with shell.builtin_trap:  # pandas checks at import whether a kernel runs it
        loaded, complaints = preload(filter(None, modules.split(",")))
    asyncio.run(serving.warm_up(WARM_UPS))
    for _ in range(WARM_UPS):
        agent_kernel.name_process()
        renew_randomness()
    for preloaded in loaded:  # in a fork this would copy 0.2 MB
        preloaded.put_to_sleep()
    gc.collect()
    use_large_pages()
    gc.freeze()  # so that garbage collections do not write to shared pages
    os.write(SOCKET_FD, b"\n" + complaints.encode("ascii", "replace")[:MAX_COMPLAINTS])
    require_done(forks.dynsessions_serve_forks(SOCKET_FD), "cannot serve forks")
    renew_randomness()
    if not tmp_snapshot.place():
        session_packages.adopt()
        agent.adopt_font_cache()
        shell.make_directories()
    agent.serve(serving)


if __name__ == "__main__":
    main()
