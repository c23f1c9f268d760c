"""SIGINT ends only the running program."""

import pytest

# Programs that print once they run, and the text that their traceback then shows.
ENDLESS = {
    "a Python loop": ("print('go')\nwhile True: pass", "KeyboardInterrupt: \n"),
    "a sleep": ("import time\nprint('go')\ntime.sleep(1000)", "KeyboardInterrupt: \n"),
    "a lock": (  # not an Event, because an interrupt can hit its Python code
        "import threading\nlock = threading.Lock()\nlock.acquire()\nprint('go')\nlock.acquire()",
        "KeyboardInterrupt: \n",
    ),
    "a child process": (
        "import subprocess\nsubprocess.run('echo go; sleep 1000', shell=True)",
        "KeyboardInterrupt: \n",
    ),
    "a shell escape": ("!echo go; sleep 1000", "KeyboardInterrupt: \n"),
    "an await": (  # the loop prints, so the program is suspended by then
        "import asyncio\nasyncio.get_running_loop().call_soon(print, 'go')\n"
        "await asyncio.sleep(1000)",
        "CancelledError: \n",
    ),
    "a loop behind an await": (
        "import asyncio\nawait asyncio.sleep(0)\nprint('go')\nwhile True: pass",
        "KeyboardInterrupt: \n",
    ),
    "a repr": (
        "class R:\n  def __repr__(self):\n    print('go')\n    while True: pass\nR()",
        "KeyboardInterrupt: \n",
    ),
}


@pytest.mark.parametrize("code, ending", ENDLESS.values(), ids=ENDLESS.keys())
def test_an_interrupt_ends(agent, code, ending):
    agent.run("kept = 'state'")
    result = agent.run(code, on_output=agent.interrupt)
    assert not result.ok
    assert result.traceback.endswith(ending)
    assert "agent.py" not in result.traceback
    assert agent.run("kept").value["characters"] == "state"


def test_a_program_may_catch_its_interrupt(agent):
    code = "import time\ntry:\n  print('go')\n  time.sleep(1000)\nexcept KeyboardInterrupt: pass\n7"
    result = agent.run(code, on_output=agent.interrupt)
    assert (result.ok, result.value) == (True, {"kind": "text", "text": "7"})


def test_an_interrupt_while_idle_is_ignored(agent):
    agent.run("1")
    agent.interrupt()
    assert agent.run("2").ok


def test_an_interrupt_before_the_first_program_is_ignored(agent):
    agent.interrupt()
    assert agent.run("1").ok


def test_a_handler_of_the_program_lasts_no_longer_than_the_program(agent):
    assert agent.run("import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler);").ok
    agent.interrupt()
    assert agent.run("1").ok
    assert agent.run("signal.signal(signal.SIGINT, signal.SIG_IGN);").ok
    result = agent.run("print('go')\nwhile True: pass", on_output=agent.interrupt)
    assert result.traceback.endswith("KeyboardInterrupt: \n")


def test_interrupts_at_any_moment_lose_neither_agent_nor_result(agent):
    """Signals race with programs of a millisecond: each must give one result, success or not."""
    endings = set()
    for number in range(400):
        request_id = agent.send_program("1 + 1")
        for _ in range(number % 4):
            agent.interrupt()
        result = agent.receive_result()
        agent.interrupt()
        assert result["id"] == request_id
        assert result["traceback"] == "" or not result["ok"]
        endings.add(result["ok"])
    assert True in endings
    assert agent.run("'alive'").value["characters"] == "alive"
