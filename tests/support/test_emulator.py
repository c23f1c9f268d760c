"""The fixtures must notice a server that ends badly; a stand-in replaces the server."""

import subprocess

import pytest

from support import emulator, stand_in

START_CHILD = "child = subprocess.Popen(['sleep', '60'], start_new_session=True)"


@pytest.fixture
def start(tmp_path, monkeypatch):
    def start_stand_in(before="", after=""):
        script = stand_in.write(tmp_path / "server", before, after)
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


def test_events_before_the_ready_line_are_skipped(start):
    listening = "print(json.dumps(dict(event='listening')), flush=True)"
    server = start(before=listening)
    assert server.endpoint == "http://127.0.0.1:1/p"
    server.stop()


def test_an_unknown_event_is_no_start(start):
    with pytest.raises(AssertionError, match="surprise"):
        start(before="print(json.dumps(dict(event='surprise')), flush=True)")


def test_a_server_that_ends_badly_is_noticed(start):
    server = start(after="sys.exit(3)")
    with pytest.raises(AssertionError, match="ended with 3"):
        server.stop()


REPORTS = (
    "==1==ERROR: AddressSanitizer: heap-use-after-free on address 0x1",
    "==1==ERROR: LeakSanitizer: detected memory leaks",
    "WARNING: ThreadSanitizer: data race (pid=1)",
    "a.cpp:1:2: runtime error: signed integer overflow",
)


@pytest.mark.parametrize("report", REPORTS)
@pytest.mark.parametrize("end", ["stop", "kill"])
def test_a_report_of_a_sanitizer_is_noticed_however_the_server_ends(start, report, end):
    server = start(before=f"print({report!r}, file=sys.stderr, flush=True)")
    with pytest.raises(AssertionError, match="a sanitizer has reported"):
        getattr(server, end)()


def test_a_server_that_ended_by_itself_is_judged_too(start):
    after = f"print({REPORTS[0]!r}, file=sys.stderr); sys.exit(1)"
    server = start(after=after)
    server._process.terminate()
    with pytest.raises(AssertionError, match="a sanitizer has reported"):
        server.has_ended(expected_code=1)
    server = start(after=after)
    server._process.terminate()
    server._process.wait()
    assert not server.is_running()
    with pytest.raises(AssertionError, match="ended with 1"):
        server.stop()


FAULTS = {
    "address": "char* p = new char[1]; delete[] p; return *p;",
    "leak": "static char* p; p = new char[1]; p = nullptr;",
    "undefined": "int n = 0x7fffffff; return n + 1;",
    "thread": "int n = 0; std::thread other([&] { ++n; }); ++n; other.join();",
}


@pytest.mark.parametrize("sanitizer", FAULTS)
def test_what_a_real_sanitizer_says_is_noticed(tmp_path, monkeypatch, sanitizer):
    """A sanitizer's reports still match the pattern that is searched for, in every kind of
    build."""
    program = tmp_path / "program"
    source = f"#include <thread>\nint main() {{ {FAULTS[sanitizer]} }}"
    compiler = ["g++", "-x", "c++", "-", f"-fsanitize={sanitizer}", "-o", str(program)]
    subprocess.run(compiler, input=source, text=True, check=True)
    monkeypatch.setattr(emulator, "BINARY", str(program))
    with pytest.raises(AssertionError, match="a sanitizer has reported"):
        emulator.run_to_end()


def test_a_process_that_outlives_the_server_is_noticed(start, tmp_path, monkeypatch):
    monkeypatch.setattr(emulator, "GONE_SECONDS", 0.1)
    server = start(before=START_CHILD + f"\nopen('{tmp_path}/pid', 'w').write(str(child.pid))")
    try:
        with pytest.raises(AssertionError, match="1 processes of the server outlived it"):
            server.stop()
    finally:
        emulator.os.kill(int((tmp_path / "pid").read_text()), 9)
