"""Programs for the sessions of the soak: most are honest, some do what a session must survive.

Each is (weight, name, work); work receives a client and an identifier and asserts the answers.
"""

MIB = 1 << 20


def _ends(code, status="Succeeded", **members):
    def work(client, identifier):
        answer = client.execute(identifier, code, **members)
        assert answer["status"] == status, answer

    return work


def _arithmetic(client, identifier):
    client.execute(identifier, "x = 6")
    answer = client.execute(identifier, "x * 7")
    assert answer["result"]["executionResult"] == 42, answer


def _files(client, identifier):
    assert client.upload(identifier, "in.txt", b"7" * 1000) == 200
    client.execute(
        identifier, "open('/mnt/data/out.txt', 'w').write(open('/mnt/data/in.txt').read())"
    )
    status, content = client.send("GET", "files/out.txt/content", identifier)
    assert (status, content) == (200, b"7" * 1000)
    assert client.send("DELETE", "files/in.txt", identifier)[0] in (200, 204)


def _big_upload(client, identifier):
    assert client.upload(identifier, "big", b"x" * (8 * MIB)) == 200


def _too_big_upload(client, identifier):
    assert client.upload(identifier, "big", b"x" * (40 * MIB)) == 507


def _asynchronous(client, identifier):
    client.execute(identifier, "import time; time.sleep(0.05)", executionType="Asynchronous")


def _left_at_work(client, identifier):
    """Leaves a program that no client waits for any more, which the session's cooldown must end."""
    client.execute(identifier, "import time; time.sleep(2)", executionType="Asynchronous")


DAEMON = """
import os, time
for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            for fd in range(256):
                try: os.close(fd)
                except OSError: pass
            time.sleep(10 ** 6)
        os._exit(0)
    os.wait()
"""
FORK_BOMB = """
import os, signal
try:
    while True:
        if os.fork() == 0: signal.pause()
except BlockingIOError: pass
"""
DESCRIPTORS = """
import os, socket
hoard = []
try:
    while True: hoard += [os.open('/dev/null', os.O_RDONLY), *os.pipe(), *socket.socketpair()]
except OSError: pass
"""
MEMORY = "hoard = []\ntry:\n  while True: hoard.append(b'x' * (1 << 24))\nexcept MemoryError: pass"
SHARED_MEMORY = """
from multiprocessing import shared_memory
blocks = [shared_memory.SharedMemory(create=True, size=1 << 20) for _ in range(8)]
"""
MANY_FILES = """
try:
    for i in range(10 ** 6): open(f'/mnt/data/{i}', 'w').close()
except OSError: pass
"""
FULL_DISK = """
try:
    with open('/mnt/data/full', 'wb') as file:
        while True: file.write(b'x' * (1 << 20))
except OSError: pass
"""
STUBBORN = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass"
LISTENER = """
import socket, subprocess
server = socket.create_server(('127.0.0.1', 5000))
subprocess.Popen(['sleep', '100000'], start_new_session=True)
"""
THREADS = """
import threading
for _ in range(10): threading.Thread(target=threading.Event().wait, daemon=True).start()
"""

PROGRAMS = (
    (400, "arithmetic", _arithmetic),
    (200, "files", _files),
    (60, "an asynchronous program", _asynchronous),
    (40, "a program that is left at work", _left_at_work),
    (60, "daemons", _ends(DAEMON)),
    (60, "a listener and an orphan", _ends(LISTENER)),
    (60, "os._exit", _ends("import os; os._exit(1)", "Failed")),
    (40, "descriptors", _ends(DESCRIPTORS)),
    (40, "threads", _ends(THREADS)),
    (40, "shared memory", _ends(SHARED_MEMORY)),
    (30, "much output", _ends("print('x' * (4 << 20))")),
    (20, "a big upload", _big_upload),
    (10, "a too big upload", _too_big_upload),
    (10, "many files", _ends(MANY_FILES)),
    (10, "a full disk", _ends(FULL_DISK)),
    (10, "memory", _ends(MEMORY)),
    (5, "a fork bomb", _ends(FORK_BOMB)),
    (5, "a time-out", _ends("import time; time.sleep(100)", "Failed", timeoutInSeconds=1)),
    (2, "a stubborn program", _ends(STUBBORN, "Failed", timeoutInSeconds=1)),
)
