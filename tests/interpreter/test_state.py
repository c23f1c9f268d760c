"""State that is kept between programs, and state that is not."""

import subprocess

import pytest

from agent_process import PYTHON

# Programs that run one after the other in one interpreter, and the text of the last value.
SEQUENCES = {
    "variables": (["x = 100", "x += 50", "x"], "150"),
    "variables of a failed program": (["x = 1\n1/0", "x"], "1"),
    "functions and imports": (["import math\ndef f(): return math.floor(2.5)", "f()"], "2"),
    "the last value as _": (["6 * 7", "_ + 1"], "43"),
    "the working directory": (
        ["import os\nos.mkdir('d'); os.chdir('d')", "os.getcwd()[-2:]"],
        "/d",
    ),
    "after exit()": (["x = 1\nexit()", "x"], "1"),
    "after exit(0)": (["x = 1\nexit(0)", "x"], "1"),
    "after sys.exit()": (["import sys\nx = 1\nsys.exit()", "x"], "1"),
    "after endless recursion": (["def f(): f()\nf()", "1"], "1"),
    "after a syntax error": (["x = 1", "x +", "x"], "1"),
    "future imports": (["from __future__ import annotations", "def f(a: b): pass", "1"], "1"),
    "context variables": (
        ["import decimal\ndecimal.getcontext().prec = 5", "decimal.getcontext().prec"],
        "5",
    ),
    "context variables of a program that awaits": (
        [
            "import asyncio, decimal\nawait asyncio.sleep(0)\ndecimal.getcontext().prec = 5",
            "decimal.getcontext().prec",
        ],
        "5",
    ),
    "a task of the event loop": (
        [
            "import asyncio\ndone = asyncio.Event()\n"
            "async def work(): done.set(); return 'worked'\n"
            "task = asyncio.create_task(work())",
            "await done.wait()",
            "await task",
        ],
        "worked",
    ),
    "a thread": (
        [
            "import threading\ngo, done = threading.Event(), threading.Event()\n"
            "threading.Thread(target=lambda: (go.wait(), done.set())).start()",
            "go.set()",
            "done.wait(60)",
        ],
        "True",
    ),
    "a background process": (
        [
            "import subprocess\np = subprocess.Popen(['cat'], stdin=subprocess.PIPE)",
            "p.poll() is None",
            "p.communicate()\np.returncode",
        ],
        "0",
    ),
    "a module in the working directory": (
        ["open('mine.py', 'w').write('a = 5')", "import mine\nmine.a"],
        "5",
    ),
}


@pytest.mark.parametrize("programs, last", SEQUENCES.values(), ids=SEQUENCES.keys())
def test_state_survives(agent, programs, last):
    for program in programs[:-1]:
        agent.run(program)
    result = agent.run(programs[-1])
    assert result.value.get("text", result.value.get("characters")) == last


def test_output_of_a_thread_between_programs_comes_with_a_later_one(agent):
    agent.run(
        "import threading\ngo, done = threading.Event(), threading.Event()\n"
        "def late(): go.wait(); print('late'); done.set()\n"
        "threading.Thread(target=late).start()\ngo.set()"
    )
    first = agent.run("done.wait(60)")
    assert first.ok
    # The interrupt can have hit either of the two; it must be neither lost nor doubled.
    assert agent.run("print('next')").out == "next\n"


def test_a_fork_that_outlives_its_program_reports_nothing(agent):
    code = (
        "import os\npid = os.fork()\nif pid: os.waitpid(pid, 0)\n'child' if pid == 0 else 'parent'"
    )
    assert agent.run(code).value["characters"] == "parent"
    assert agent.run("pid > 0").value["text"] == "True"


def test_child_processes_do_not_inherit_the_control_socket(agent):
    result = agent.run("!ls -l /proc/self/fd")
    assert "pipe:" in result.out
    assert "socket:" not in result.out


def test_the_agent_says_which_python_it_runs_on(agent):
    version = subprocess.run([PYTHON, "-V"], capture_output=True, text=True, check=True).stdout
    assert f"Python {agent.ready['python']}" == version.strip()


def test_the_agent_leaves_quietly_when_the_socket_closes(agent):
    agent.run("import threading\nthreading.Thread(target=threading.Event().wait).start()")
    agent.control.close()
    assert agent.wait() == 0
    assert agent.leftover_output() == b""


def test_history_stays_in_memory(agent, tmp_path):
    agent.run("1")
    assert not list(tmp_path.rglob("*.sqlite"))
    assert agent.run("%history").out == "1\n%history\n"
