"""The commands as people type them: help, mistakes, configuration, completion."""

import contextlib
import json
import os
import pty
import select
import shutil
import subprocess
import time

import pytest

from support.emulator import BINARY, START_SECONDS, run_to_end
from support.ports import refusing_port

STOPPED, NOT_READY, WRONG_USAGE, NO_ENGINE = 0, 1, 2, 4
COMMANDS = (
    "serve", "exec", "env", "az", "healthcheck", "wait", "cert", "token", "doctor", "conform", "config print",
    "options", "completion", "version", "help", "reset",
)  # fmt: skip


def on_terminal(*arguments, **environment):
    """Returns what the program prints if its stdout and stderr are a terminal."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [BINARY, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm", **environment},
    ):
        os.close(theirs)
        output = b""
        with contextlib.suppress(OSError):  # EIO: the other end is closed
            while piece := os.read(ours, 1 << 16):
                output += piece
    os.close(ours)
    return output.decode()


def test_the_overview_is_short_and_names_every_command():
    shown = run_to_end("--help")
    assert (shown.returncode, shown.stderr) == (STOPPED, "")
    for command in COMMANDS:
        assert f"\n  {command} " in shown.stdout
    assert "Exit codes:" in shown.stdout
    assert shown.stdout.count("\n") <= 60
    assert run_to_end("help").stdout == run_to_end("-h").stdout == shown.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_can_be_asked_for_in_both_ways(command):
    asked = run_to_end("help", *command.split())
    flagged = run_to_end(*command.split(), "--help")
    assert asked.returncode == flagged.returncode == STOPPED
    assert asked.stdout == flagged.stdout
    assert f"dynsessions {command}" in asked.stdout
    long = command in ("serve", "conform")
    assert long or 10 <= asked.stdout.count("\n") <= 30


def test_only_the_help_of_serve_lists_every_option():
    assert "--object-ids" in run_to_end("serve", "--help").stdout
    assert "--object-ids" in run_to_end("options").stdout
    assert "--object-ids" not in run_to_end("--help").stdout


@pytest.mark.parametrize(
    "words,suggestion",
    [
        (["serv"], "did you mean `serve`?"),
        (["--prot", "0"], "did you mean `--port`?"),
        (["--auth", "claim"], "did you mean `claims`?"),
        (["config", "prnt"], "did you mean `config print`?"),
        (
            ["healthcheck", "--timeout", "1"],
            "`--timeout` is a flag of `wait`, not of `healthcheck`",
        ),
        (["help", "tokn"], "did you mean `token`?"),
        (["help", "clok"], "did you mean `clock`?"),
        (["help", "serve", "exec"], "`exec` is not expected after `serve`"),
        (["clok", "advance", "5"], "did you mean `clock`?"),
        (["clock"], "needs a verb: show, freeze, resume, set, scale and advance"),
        (["pool", "show", ""], "needs the name of a pool"),
        (["--port", "5000", "--admin-port", "5000"], "--port and --admin-port are both 5000"),
        (["conform", "--filtr", "x"], "did you mean `--filter`?"),
        (["completion", "fsih"], "did you mean `fish`?"),
        (["completion"], "bash, zsh or fish"),
    ],
)
def test_a_mistake_is_answered_with_what_was_probably_meant(words, suggestion):
    ended = run_to_end(*words)
    assert (ended.returncode, ended.stdout) == (WRONG_USAGE, "")
    assert suggestion in ended.stderr


@pytest.mark.parametrize(
    "words",
    [
        ["--port", "0", "config", "print"],
        ["config", "print", "--port", "0"],
        ["config", "--port=0", "print"],
    ],
)
def test_options_can_stand_before_and_after_the_command(words):
    printed = run_to_end(*words)
    assert printed.returncode == STOPPED
    assert printed.stdout.splitlines()[0].split() == ["port", "0", "flag", "--port"]


def test_config_print_tells_value_and_origin_of_every_option(tmp_path):
    file = tmp_path / "options.json"
    file.write_text('{\n  // for the team\n  "max-sessions": 5, "name": "by-file"\n}\n')
    words = ("config", "print", "--config", str(file), "--port", "0")
    printed = json.loads(run_to_end(*words, "-o", "json", DYNSESSIONS_NAME="by-variable").stdout)
    assert printed["port"] == {"value": "0", "origin": "flag", "name": "--port"}
    assert printed["name"] == {
        "value": "by-variable",
        "origin": "environment variable",
        "name": "DYNSESSIONS_NAME",
    }
    assert printed["max-sessions"] == {"value": "5", "origin": "file", "name": str(file)}
    assert printed["listen"] == {"value": "127.0.0.1", "origin": "default"}
    lines = run_to_end(*words).stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(printed)
    page = run_to_end("options").stdout
    assert all(f"| `--{key}` |" in page for key in printed)


@pytest.mark.parametrize(
    "content,complaint",
    [
        ('{\n  "port": 1,\n}', "line 3, column 1: this is not JSON"),
        ('{\n  "port": 1\n  "name": "a"\n}', "line 3, column 8: this is not JSON"),
        ('{\n  "port": 1,\n  "port": 2\n}', "line 3, column 3: `port` is there twice"),
        ('{"prot": 1}', "prot: there is no such option; did you mean `port`?"),
        ('{"auth": "claim"}', "auth: expected any or claims or off, not `claim`"),
    ],
)
def test_a_mistake_in_the_file_is_found_by_its_place(tmp_path, content, complaint):
    file = tmp_path / "options.json"
    file.write_text(content)
    ended = run_to_end("--config", str(file))
    assert (ended.returncode, ended.stdout) == (WRONG_USAGE, "")
    assert f"`{file}`, {complaint}" in ended.stderr


def test_an_unknown_variable_is_warned_about_and_nothing_more():
    printed = run_to_end("config", "print", DYNSESSIONS_MAX_SESSION="5")
    assert printed.returncode == STOPPED
    assert printed.stderr == (
        "dynsessions: warning: DYNSESSIONS_MAX_SESSION has no effect: there is no such option; "
        "did you mean `DYNSESSIONS_MAX_SESSIONS`?\n"
    )
    assert run_to_end("config", "print", DYNSESSIONS_MAX_SESSIONS="5").stderr == ""


def test_readiness_can_be_read_by_programs(emulator):
    emulator.session().executions("1")
    for command in ("healthcheck", "wait"):
        asked = run_to_end(command, "--admin-port", emulator.admin.rpartition(":")[2], "-o", "json")
        assert asked.returncode == STOPPED
        assert json.loads(asked.stdout) == {
            "ready": True,
            "admin": emulator.admin,
            "message": f"ready at {emulator.admin}",
        }
    with refusing_port() as port:
        asked = run_to_end("healthcheck", "--admin-port", str(port), "-o", "json")
    assert asked.returncode == NOT_READY
    assert json.loads(asked.stdout)["ready"] is False


def test_wait_needs_nothing_but_the_ready_file(emulator_factory, tmp_path):
    ready_file = str(tmp_path / "ready.json")
    command = [BINARY, "wait", "--ready-file", ready_file]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as waiting:
        server = emulator_factory("--ready-file", ready_file)
        line, _ = waiting.communicate(timeout=START_SECONDS)
    assert (waiting.returncode, line) == (STOPPED, f"ready at {server.admin}\n")
    server.stop()
    asked = run_to_end("wait", "--ready-file", ready_file, "--timeout", "0")
    assert (asked.returncode, asked.stdout) == (
        NOT_READY,
        f"not ready: no ready line in {ready_file}\n",
    )


def test_a_given_admin_port_is_asked_although_there_is_a_ready_file(emulator):
    port = emulator.admin.rpartition(":")[2]
    asked = run_to_end("wait", "--ready-file", "/no/such/file", DYNSESSIONS_ADMIN_PORT=port)
    assert (asked.returncode, asked.stdout) == (STOPPED, f"ready at {emulator.admin}\n")


def test_colours_are_for_terminals_that_want_them():
    assert "\x1b[1mCommands:\x1b[0m" in on_terminal("--help")
    assert "\x1b" not in on_terminal("--help", NO_COLOR="1")
    assert "\x1b" not in on_terminal("--help", TERM="dumb")
    assert "\x1b" not in run_to_end("--help").stdout
    assert "\x1b[1;31mbad\x1b[0m" in on_terminal("doctor", "--python", "/no/such/python")
    assert "\x1b" not in on_terminal("doctor", "--python", "/no/such/python", NO_COLOR="1")


# Completion by real shells.


@pytest.fixture(scope="module", params=["bash", "zsh", "fish"])
def complete(request, tmp_path_factory):
    """Completes the last word of a command line in a shell and returns the candidates."""
    shell = request.param
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    script = tmp_path_factory.mktemp(shell) / f"dynsessions.{shell}"
    script.write_text(run_to_end("completion", shell).stdout)
    return lambda line: {"bash": in_bash, "zsh": in_zsh, "fish": in_fish}[shell](script, line)


def in_bash(script, line):
    words = line.replace("=", " = ").split(" ") if "=" in line else line.split(" ")
    array = " ".join(f"'{word}'" for word in words)
    program = (
        f"source {script}; COMP_WORDS=({array}); COMP_CWORD={len(words) - 1}; _dynsessions; "
        'printf "%s\\n" "${COMPREPLY[@]}"'
    )
    shown = subprocess.run(
        ["bash", "--norc", "-c", program], capture_output=True, text=True, timeout=120
    )
    assert shown.stderr == ""
    return set(shown.stdout.split())


def in_fish(script, line):
    shown = subprocess.run(
        ["fish", "--no-config", "-c", f'source {script}; complete -C "{line}"'],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert shown.stderr == ""
    value = line.rpartition(" ")[2].partition("=")[0] + "=" if "=" in line else ""
    return {one.split("\t")[0].removeprefix(value) for one in shown.stdout.splitlines()}


# Zsh completes only on a terminal, so the candidates are intercepted where zsh adds them.
ZSH = """
autoload -Uz compinit && compinit -u -d {directory}/zcompdump
source {script}
compadd() {{
  local -a given
  builtin compadd -O given "$@"
  print -l -- $given >> {directory}/candidates
  builtin compadd "$@"
}}
compprefuncs=()
setopt no_list_ambiguous no_beep
PS1='prompt> '
print -- all-is-loaded
"""


def in_zsh(script, line):
    directory = script.parent
    (directory / ".zshrc").write_text(ZSH.format(script=script, directory=directory))
    (directory / "candidates").unlink(missing_ok=True)
    ours, theirs = pty.openpty()
    shell = subprocess.Popen(
        ["zsh", "-i"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        env={**os.environ, "ZDOTDIR": str(directory), "TERM": "xterm", "COLUMNS": "200"},
    )
    os.close(theirs)
    try:
        read_until(ours, b"prompt> ")
        os.write(ours, line.encode() + b"\t")
        os.write(ours, b"\x15print -- do''ne\r")  # clears the line first
        read_until(ours, b"done\r\n")
    finally:
        shell.kill()
        shell.wait()
        os.close(ours)
    candidates = directory / "candidates"
    return set(candidates.read_text().split("\n")) - {""} if candidates.exists() else set()


def read_until(terminal, mark, seconds=120):
    text, deadline = b"", time.monotonic() + seconds
    while mark not in text:
        remaining = deadline - time.monotonic()
        readable = remaining > 0 and select.select([terminal], [], [], remaining)[0]
        assert readable, f"the shell showed {text!r}"
        text += os.read(terminal, 1 << 16)


@pytest.mark.parametrize(
    "line,expected",
    [
        ("dynsessions ser", {"serve"}),
        ("dynsessions co", {"conform", "config", "completion"}),
        ("dynsessions config ", {"print"}),
        ("dynsessions completion ", {"bash", "zsh", "fish"}),
        ("dynsessions help he", {"help", "healthcheck"}),
        ("dynsessions clock ", {"show", "freeze", "resume", "set", "scale", "advance"}),
        ("dynsessions journal export --format ", {"ndjson", "har", "case"}),
        ("dynsessions env --format ", {"shell", "powershell", "dotenv", "json", "github"}),
        ("dynsessions --auth ", {"any", "claims", "off"}),
        ("dynsessions serve --network-status ", {"EgressDisabled", "EgressEnabled"}),
        ("dynsessions serve --auth=cl", {"claims"}),
        ("dynsessions --port 0 wai", {"wait"}),
        ("dynsessions healthcheck --outp", {"--output"}),
        ("dynsessions doctor --output ", {"text", "json"}),
        ("dynsessions token --exp", {"--expires-in"}),
        ("dynsessions serve --admin-p", {"--admin-port"}),
        ("dynsessions config print --admin-p", {"--admin-port"}),
        ("dynsessions token --admin-p", set()),
        ("dynsessions conform --fil", {"--filter"}),
    ],
)
def test_a_shell_completes_commands_flags_and_words(complete, line, expected):
    assert {word for word in complete(line) if not word.startswith("-") or "--" in line} == expected


def test_a_shell_completes_paths_of_flags_that_take_one(complete, tmp_path):
    (tmp_path / "options.json").write_text("{}")
    found = complete(f"dynsessions --config {tmp_path}/opt")
    assert any(word.endswith("options.json") for word in found), found
