"""Limits of a session: exceeding one is a natural error there and affects no one else.

Each test runs with cgroups, where this machine has them, and without. Without cgroups the launcher
watches memory, RLIMIT_NPROC counts processes, and nothing limits CPU time.
"""

import json
import os

import pytest

from support.emulator import Emulator, run_to_end
from support.launchers import group_directories
from support.limits import SMALL, limits_of


@pytest.fixture(scope="module", params=["auto", "off"])
def server(request):
    server = Emulator("--control-groups", request.param, *SMALL)
    yield server
    server.stop()


@pytest.fixture
def session(server):
    """Checks after the test: the session's files stay, its next program runs, another session
    notices nothing."""
    session, other = server.session(), server.session()
    assert value(other.executions("kept = 'here'\nkept")) == "'here'"
    assert session.upload("kept.txt", b"before").status_code == 200
    yield session
    assert session.content("kept.txt").content == b"before"
    assert value(session.executions("6 * 7")) == 42
    assert value(other.executions("kept")) == "'here'"
    session.end()
    other.end()


def value(answer):
    assert answer.status_code == 200, answer.text
    assert answer.json()["status"] == "Succeeded", answer.text
    return answer.json()["result"]["executionResult"]


def has_groups(server):
    return "CPU hard" in limits_of(server)


def assert_out_of_memory(answer):
    assert answer.status_code == 200
    assert answer.json()["status"] == "Failed", answer.text
    assert answer.json()["result"]["stderr"].endswith("Kernel restarted")
    assert "memory" in answer.headers["x-emulator-reason"]


def test_one_large_object_is_a_memory_error_and_the_interpreter_stays(session):
    session.executions("x = 1")
    failed = session.executions("bomb = b'x' * (1 << 30)").json()
    assert failed["status"] == "Failed"
    assert "MemoryError" in failed["result"]["stderr"]
    assert value(session.executions("x")) == 1


# No RLIMIT counts shared memory. The program waits at the end, because the launcher checks only now
# and then.
SHARED_MEMORY_BOMB = """
import mmap, time
print("begun", flush=True)
memory = mmap.mmap(-1, 1 << 30)
for start in range(0, 1 << 30, 1 << 20):
    memory[start : start + (1 << 20)] = b"x" * (1 << 20)
time.sleep(50)
"""


def test_too_much_memory_ends_the_interpreter_and_the_answer_says_why(server, session):
    session.executions("x = 1")
    answer = session.executions(SHARED_MEMORY_BOMB, timeoutInSeconds=60)
    assert_out_of_memory(answer)
    assert answer.json()["result"]["stdout"] == "begun\n"
    assert session.executions("x").json()["status"] == "Failed"
    server.await_log("was ended; memory: the session exceeded its limit")


def test_an_asynchronous_execution_that_runs_out_of_memory_says_so_too(session):
    begun = session.executions(SHARED_MEMORY_BOMB, executionType="Asynchronous").json()
    answer = session.execution(begun["id"])
    while answer.json()["status"] == "Running":
        answer = session.execution(begun["id"])
    assert_out_of_memory(answer)


# Each child stays below the limit of one process. A killed child prints nothing, and its pipe ends.
CHILDREN_WITH_MEMORY = """
import os, signal, time
children = []
for number in range(4):
    ready, done = os.pipe()
    children.append(os.fork())
    if children[-1] == 0:
        memory = b"x" * (150 << 20)
        os.write(done, b"x")
        signal.pause()
    os.close(done)
    os.read(ready, 1)
alive, end = children, time.monotonic() + 50
while len(alive) > 1 and time.monotonic() < end:
    alive = [child for child in alive if os.waitpid(child, os.WNOHANG) == (0, 0)]
    time.sleep(0.05)
for child in alive:
    os.kill(child, signal.SIGKILL)
len(alive)
"""


def test_processes_count_together(server, session):
    """A cgroup kills the process that exceeds the limit; the launcher ends the whole kernel."""
    answer = session.executions(CHILDREN_WITH_MEMORY, timeoutInSeconds=60)
    if has_groups(server):
        assert value(answer) == 1
    else:
        assert_out_of_memory(answer)


@pytest.mark.parametrize("groups", ["auto", "off"])
def test_sessions_without_namespaces_have_the_same_memory(emulator_factory, groups):
    server = emulator_factory("--sandbox", "restricted", "--control-groups", groups, *SMALL)
    session, other = server.session(), server.session()
    assert value(other.executions("6 * 7")) == 42
    assert_out_of_memory(session.executions(SHARED_MEMORY_BOMB, timeoutInSeconds=60))
    assert value(session.executions("6 * 7")) == value(other.executions("6 * 7")) == 42


def test_with_exact_no_reason_is_given(emulator_factory):
    server = emulator_factory("--exact", *SMALL)
    answer = server.session().executions(SHARED_MEMORY_BOMB, timeoutInSeconds=60)
    assert answer.json()["result"]["stderr"].endswith("Kernel restarted")
    assert "x-emulator-reason" not in answer.headers


FILL = """
import errno, itertools
written = 0
try:
    for number in itertools.count():
        with open(f'DIRECTORY/full{number}', 'wb', buffering=0) as file:
            written += file.write(b'x' * (1 << 20))
except OSError as error:
    print(errno.errorcode[error.errno], end='')
written >> 20
"""


@pytest.mark.parametrize("directory, megabytes", [("/mnt/data", 7), ("/tmp", 9), ("/dev/shm", 10)])
def test_a_full_directory_is_enospc(session, directory, megabytes):
    answer = session.executions(FILL.replace("DIRECTORY", directory))
    assert answer.json()["result"]["stdout"] == "ENOSPC"
    assert megabytes - 1 <= value(answer) <= megabytes + 1
    remove = f"import glob, os\nfor name in glob.glob('{directory}/full*'): os.unlink(name)"
    assert session.executions(remove).json()["status"] == "Succeeded"


def test_full_directories_leave_the_memory_to_programs(session):
    """Files use all of their quota, and then a program uses nearly all memory that a process can
    have."""
    directories = ("/mnt/data", "/tmp", "/dev/shm")
    for directory in directories:
        session.executions(FILL.replace("DIRECTORY", directory))
    assert value(session.executions("len(b'x' * (150 << 20)) >> 20")) == 150
    remove = f"""
import glob, os
for directory in {directories}:
    for name in glob.glob(f'{{directory}}/full*'): os.unlink(name)
"""
    assert session.executions(remove).json()["status"] == "Succeeded"


def test_large_files_get_large_pages_where_the_kernel_has_them(session):
    look = """
[options] = [line.split()[-1] for line in open('/proc/self/mountinfo') if ' /mnt/data ' in line]
'huge=within_size' in options.split(',')
"""
    has_them = os.path.exists("/sys/kernel/mm/transparent_hugepage")
    assert value(session.executions(look)) == str(has_them)


def test_a_mapped_file_with_holes_may_grow_until_nothing_is_left(session):
    """After the last large page the kernel uses small ones. A process that writes when no page is
    left ends by SIGBUS."""
    code = """
import mmap, os
with open('/mnt/data/full', 'w+b') as file:
    file.truncate(16 << 20)
    with mmap.mmap(file.fileno(), 0) as memory:
        places = iter(range(0, len(memory), mmap.PAGESIZE))
        while os.statvfs('/mnt/data').f_bavail:
            memory[next(places)] = 1
    used = 512 * os.fstat(file.fileno()).st_blocks
os.unlink('/mnt/data/full')
used >> 20
"""
    assert 6 <= value(session.executions(code)) <= 8


def test_too_many_files_are_enospc(session):
    code = """
import errno, os
count = 0
try:
    while True:
        open(f'/mnt/data/many{count}', 'w').close()
        count += 1
except OSError as error:
    print(errno.errorcode[error.errno], end='')
for number in range(count):
    os.unlink(f'/mnt/data/many{number}')
count
"""
    answer = session.executions(code)
    assert answer.json()["result"]["stdout"] == "ENOSPC"
    assert 90 <= value(answer) < 100


def test_too_many_open_files_are_emfile(session):
    code = """
import errno
files = []
try:
    while True:
        files.append(open('/dev/null'))
except OSError as error:
    print(errno.errorcode[error.errno], end='')
count = len(files)
files.clear()
count
"""
    answer = session.executions(code)
    assert answer.json()["result"]["stdout"] == "EMFILE"
    assert 90 <= value(answer) < 128


def test_a_fork_bomb_is_blocking_io_error_and_ends_with_its_kernel(session):
    code = """
import os, signal
children = []
try:
    while len(children) < 1000:
        child = os.fork()
        if child == 0:
            signal.pause()
        children.append(child)
except BlockingIOError as error:
    print(type(error).__name__, end='')
for child in children:
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
len(children)
"""
    answer = session.executions(code)
    assert answer.json()["result"]["stdout"] == "BlockingIOError"
    assert 20 < value(answer) < 40


def test_a_thread_bomb_cannot_start_new_threads(session):
    code = """
import threading
threading.stack_size(256 << 10)  # with larger stacks, memory would run out first
stop = threading.Event()
threads = []
try:
    while len(threads) < 1000:
        thread = threading.Thread(target=stop.wait)
        thread.start()
        threads.append(thread)
except RuntimeError as error:
    print(error, end='')
stop.set()
for thread in threads:
    thread.join()
len(threads)
"""
    answer = session.executions(code)
    assert answer.json()["result"]["stdout"] == "can't start new thread"
    assert 20 < value(answer) < 40


BURN = """
import os, time
begun = time.monotonic()
for _ in range(4):
    if os.fork() == 0:
        while time.monotonic() < begun + 2:
            pass
        os._exit(0)
for _ in range(4):
    os.wait()
times = os.times()
(times.children_user + times.children_system) / (time.monotonic() - begun)
"""


def test_busy_processes_get_half_a_cpu_together(server, session):
    if not has_groups(server):
        pytest.skip(f"nothing limits CPU time here: {limits_of(server)}")
    share = value(session.executions(BURN, timeoutInSeconds=60))
    assert 0 < share <= 0.6


def test_a_session_cannot_see_where_its_groups_are(session):
    code = (
        "print({line.split(':', 2)[2] for line in open('/proc/self/cgroup').read().splitlines()})"
    )
    assert session.executions(code).json()["result"]["stdout"] == "{'/'}\n"
    assert (
        value(session.executions("import os\nsorted(os.listdir('/sys'))")) == "['class', 'devices']"
    )


def test_how_hard_limits_are_is_said_at_the_start_and_in_health(emulator_factory):
    server = emulator_factory("--control-groups", "off")
    told = "memory soft, processes hard, CPU absent, files hard"
    server.await_log(told)
    assert limits_of(server) == told


def test_doctor_names_the_cure_for_limits_that_are_not_hard():
    ended = run_to_end("doctor", "-o", "json", "--control-groups", "off", seconds=400)
    checks = {c["name"]: c for c in json.loads(ended.stdout)["checks"] if c["section"] == "limits"}
    assert {name: check["verdict"] for name, check in checks.items()} == {
        "memory": "warning",
        "processes": "good",
        "CPU": "warning",
        "files": "good",
        "kernel objects": "good" if os.geteuid() == 0 else "warning",
        "open files": "good",
        "open files of the server": "good",
    }
    assert "--control-groups off" in checks["memory"]["cure"]
    assert ended.returncode == 0  # a warning does not stop the run


@pytest.mark.alone("any server that starts removes the groups of the killed one")
def test_groups_go_with_the_server_and_those_of_a_killed_one_with_the_next(emulator_factory):
    server = emulator_factory()
    if not has_groups(server):
        pytest.skip(f"there are no cgroups here: {limits_of(server)}")
    first = group_directories(server.pid)
    value(server.session().executions("6 * 7"))
    server.kill()
    assert any(directory.exists() for directory in first), "there are no groups to remove"
    server = emulator_factory()
    assert [directory for directory in first if directory.exists()] == []
    second = group_directories(server.pid)
    value(server.session().executions("6 * 7"))
    server.stop()
    assert second
    assert [directory for directory in second if directory.exists()] == []
