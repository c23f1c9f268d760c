"""Things on the host that a session must never reach; each shows afterwards whether it was touched.

Their permissions are as open as possible, so that only the sandbox protects them.
"""

import contextlib
import ctypes
import os
import select
import socket
import stat
import subprocess
import sys
import uuid
from pathlib import Path

from support.tiers import as_session_user, directory_for_all

_libc = ctypes.CDLL(None, use_errno=True)
_libc.shmat.restype = ctypes.c_void_p
IPC_CREAT, IPC_RMID, SHM_SIZE = 0o1000, 0, 4096
ADD_KEY, KEYCTL = 248, 250
JOIN_SESSION_KEYRING, SETPERM, READ, SESSION_KEYRING, ALL_RIGHTS = 1, 5, 11, -3, 0x3F3F3F3F
# Keeps a secret in its memory and its environment, and reports which signals arrived.
VICTIM = """
import os, signal, sys, time
caught = lambda number, frame: print("signal", number, flush=True)
for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGCONT, signal.SIGUSR1):
    signal.signal(number, caught)
print("ready", flush=True)
while True: time.sleep(1000)
"""


def system_call(number, *arguments):
    result = _libc.syscall(number, *arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


class Canaries:
    """Makes all of the canaries; `stack` removes them at its end."""

    def __init__(self, stack):
        self.secret = f"canary-{uuid.uuid4()}"
        self.directory = stack.enter_context(directory_for_all())
        self._make_file()
        self._make_listeners(stack)
        self._make_segment(stack)
        self._make_key()
        self._make_victim(stack)

    def _make_file(self):
        self.file = Path(self.directory) / "secret"
        self.file.write_text(self.secret)
        self.file.chmod(0o666)
        self._file_status = self._status_of_file()

    def _status_of_file(self):
        status = self.file.stat()
        return stat.S_IMODE(status.st_mode), status.st_uid, status.st_nlink, status.st_mtime_ns

    def _make_listeners(self, stack):
        """Listens for streams and datagrams; a visitor is found in the socket's queue."""
        self.abstract = f"\0{self.secret}"
        self.path = os.path.join(self.directory, "listener")
        addresses = {
            "tcp": (socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
            "udp": (socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)),
            "abstract": (socket.AF_UNIX, socket.SOCK_STREAM, self.abstract),
            "path": (socket.AF_UNIX, socket.SOCK_STREAM, self.path),
        }
        self._listeners = {}
        for name, (family, kind, address) in addresses.items():
            listener = stack.enter_context(socket.socket(family, kind))
            listener.bind(address)
            if kind == socket.SOCK_STREAM:
                listener.listen(100)
            self._listeners[name] = listener
        os.chmod(self.path, 0o777)
        self.tcp_port = self._listeners["tcp"].getsockname()[1]
        self.udp_port = self._listeners["udp"].getsockname()[1]

    def _make_segment(self, stack):
        self.segment_key = 0x10000000 | uuid.uuid4().int & 0xFFFFFF
        segment = _libc.shmget(self.segment_key, SHM_SIZE, IPC_CREAT | 0o666)
        assert segment >= 0, "no shared memory"
        stack.callback(_libc.shmctl, segment, IPC_RMID, None)
        self._segment = _libc.shmat(segment, None, 0)
        stack.callback(_libc.shmdt, ctypes.c_void_p(self._segment))
        ctypes.memmove(self._segment, self.secret.encode(), len(self.secret))

    def _make_key(self):
        """The key lies in a session keyring that our servers inherit."""
        system_call(KEYCTL, JOIN_SESSION_KEYRING, None)
        payload = self.secret.encode()
        self.key = system_call(
            ADD_KEY, b"user", b"dynsessions-canary", payload, len(payload), SESSION_KEYRING
        )
        system_call(KEYCTL, SETPERM, self.key, ALL_RIGHTS)

    def _make_victim(self, stack):
        self.victim = subprocess.Popen(
            [*as_session_user(), sys.executable, "-I", "-c", VICTIM],
            stdout=subprocess.PIPE,
            env={"SECRET": self.secret},
            cwd="/",
        )
        stack.callback(self.victim.wait)
        stack.callback(self.victim.kill)
        assert self.victim.stdout.readline() == b"ready\n"

    def drain(self):
        """Returns the listeners that were contacted since the last call."""
        came = []
        for name, listener in self._listeners.items():
            while select.select([listener], [], [], 0)[0]:
                came.append(name)
                if listener.type == socket.SOCK_DGRAM:
                    listener.recv(1 << 16)
                else:
                    listener.accept()[0].close()
        return came

    def touched(self):
        """Returns what was reached or changed; empty as long as every sandbox held."""
        names = self.drain()
        if self.file.read_text() != self.secret or self._status_of_file() != self._file_status:
            names.append("file")
        if sorted(os.listdir(self.directory)) != ["listener", "secret"]:
            names.append("directory")
        if ctypes.string_at(self._segment, len(self.secret)) != self.secret.encode():
            names.append("shared memory")
        if self._read_key() != self.secret.encode():
            names.append("key")
        return names + self._harm_of_victim()

    def _read_key(self):
        buffer = ctypes.create_string_buffer(256)
        size = system_call(KEYCTL, READ, self.key, buffer, len(buffer))
        return buffer.raw[:size]

    def _harm_of_victim(self):
        status = Path(f"/proc/{self.victim.pid}/status").read_text()
        fields = dict(line.split(":", 1) for line in status.splitlines())
        harm = ["victim's life"] * (fields["State"].split()[0] not in "SR")
        harm += ["victim's tracer"] * (fields["TracerPid"].strip() != "0")
        if select.select([self.victim.stdout], [], [], 0)[0]:
            harm.append(f"victim: {os.read(self.victim.stdout.fileno(), 4096)}")
        return harm


@contextlib.contextmanager
def canaries():
    with contextlib.ExitStack() as stack:
        yield Canaries(stack)
