# Threads, temporary files, mappings, C calls, signals, and questions about the machine.
import ctypes
import mmap
import os
import platform
import resource
import signal
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor

with ThreadPoolExecutor(8) as pool:
    assert sum(pool.map(lambda x: x * x, range(100))) == 328350
condition = threading.Condition()
with condition:
    assert not condition.wait(0.01)
with tempfile.TemporaryFile() as file, tempfile.TemporaryDirectory() as directory:
    file.truncate(1 << 20)
    with mmap.mmap(file.fileno(), 0) as mapping:
        mapping[:5] = b"hello"
        mapping.flush()
        mapping.madvise(mmap.MADV_DONTNEED)
    assert os.pread(file.fileno(), 5, 0) == b"hello"
    copy = os.open(directory + "/copy", os.O_RDWR | os.O_CREAT)
    assert os.sendfile(copy, file.fileno(), 0, 5) == 5
    assert os.copy_file_range(file.fileno(), copy, 5, 0) == 5
    os.close(copy)
    os.link(directory + "/copy", directory + "/link")
    os.setxattr(directory + "/copy", "user.x", b"1")
    assert os.stat(directory + "/link").st_nlink == 2
    os.posix_fallocate(file.fileno(), 0, 1 << 16)
anonymous = mmap.mmap(-1, 1 << 16, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
anonymous[0] = 1
libc = ctypes.CDLL(None, use_errno=True)
assert libc.strlen(b"four") == 4 and libc.getpid() == os.getpid()
callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)(lambda a, b: 0)
libc.qsort((ctypes.c_int * 4)(4, 3, 2, 1), 4, 4, callback)

caught = []
signal.signal(signal.SIGUSR1, lambda number, frame: caught.append(number))
os.kill(os.getpid(), signal.SIGUSR1)
signal.signal(signal.SIGALRM, lambda number, frame: caught.append(number))
signal.setitimer(signal.ITIMER_REAL, 0.01)
while len(caught) < 2:
    time.sleep(0.01)
assert caught == [signal.SIGUSR1, signal.SIGALRM]
resource.setrlimit(resource.RLIMIT_NOFILE, (256, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
assert os.cpu_count() and platform.platform() and os.getloadavg() and sys.version
os.sched_setaffinity(0, os.sched_getaffinity(0))
os.nice(0), os.getpriority(os.PRIO_PROCESS, 0), os.times(), os.uname(), os.getrandom(8)
first = os.memfd_create("x")
os.write(first, b"x")
left, right = os.pipe()
child = os.fork()
if child == 0:
    os.write(right, b"child")
    os._exit(7)
assert os.read(left, 10) == b"child" and os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
assert os.posix_spawn("/bin/true", ["true"], os.environ) and os.wait()
"done"
