"""The fixture library itself, with a stand-in for the server: it must notice a bad end."""

import sys

import pytest

from support import emulator

STAND_IN = """#!{python}
import json, os, signal, subprocess, sys
{before}
print(json.dumps(dict(event="ready", pid=os.getpid(), http="http://127.0.0.1:1",
                      admin="http://127.0.0.1:2", poolManagementEndpoint="http://127.0.0.1:1/p")),
      flush=True)
signal.sigwait([signal.SIGTERM])
{after}
"""
BLOCK = "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])"
START_CHILD = "child = subprocess.Popen(['sleep', '60'], start_new_session=True)"


@pytest.fixture
def start(tmp_path, monkeypatch):
    def start_stand_in(before="", after=""):
        script = tmp_path / "server"
        script.write_text(
            STAND_IN.format(python=sys.executable, before=f"{BLOCK}\n{before}", after=after)
        )
        script.chmod(0o755)
        monkeypatch.setattr(emulator, "BINARY", str(script))
        return emulator.Emulator()

    return start_stand_in


def test_a_server_that_serves_and_ends_well_is_fine(start):
    server = start(before=START_CHILD, after="child.kill(); child.wait()")
    assert server.endpoint == "http://127.0.0.1:1/p"
    assert server.session().identifier != server.session().identifier
    assert server.is_running()
    server.stop()
    assert not server.is_running()


def test_a_server_that_does_not_start_shows_what_it_said(start):
    with pytest.raises(AssertionError, match="no port left"):
        start(before="sys.exit('no port left')")


def test_a_server_that_ends_badly_is_noticed(start):
    server = start(after="sys.exit(3)")
    with pytest.raises(AssertionError, match="ended with 3"):
        server.stop()


def test_a_process_that_outlives_the_server_is_noticed(start, tmp_path):
    server = start(before=START_CHILD + f"\nopen('{tmp_path}/pid', 'w').write(str(child.pid))")
    try:
        with pytest.raises(AssertionError, match="1 processes of the server outlived it"):
            server.stop()
    finally:
        emulator.os.kill(int((tmp_path / "pid").read_text()), 9)
