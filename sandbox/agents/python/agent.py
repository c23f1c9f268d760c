"""The interpreter of a session: runs programs on IPython and reports how they ended.

Started once per interpreter inside the sandbox, by an absolute path and without Python's -I or -P,
which would hide agent_shell.py from it. Its descriptors:

    0     /dev/null
    1, 2  pipes that the server drains; what reaches them is a program's stdout and stderr, whether
          Python, a C library or a child process wrote it
    3     control socket: frames of a 4-byte big-endian length and one JSON object, results
          followed by their texts (agent_frames.h is the other end and describes them)

It says `ready` once, then answers every `execute`, `save` and `restore` with one `result`, and
leaves quietly when the socket closes. The shell is IPython's own; where it can be set up in more
than one way it is set up as ipykernel does, because the service runs Jupyter kernels. As there,
cells run inside a running asyncio loop: `await` works at top level, tasks live on between cells,
`asyncio.run()` refuses.

SIGINT interrupts the program that runs and nothing else; see Agent._on_interrupt.
"""

import _signal  # see agent_shell.py
import asyncio
import contextlib
import contextvars
import ctypes
import functools
import json
import os
import pathlib
import platform
import select
import signal
import socket
import sys
import tempfile
import traceback
import types

import agent_kernel
import agent_streams
import agent_variables
import session_packages
from agent_shell import AGENT_DIRECTORY, SIGINT, make_shell, text_of_error, utf8

CONTROL_FD = 3
FONT_SET = "SESSION_FONTS"
MAX_RESULT_BYTES = 32 << 20  # includes the frame
TEXTS = (
    "base64",
    "text",
    "repr",
    "characters",
)  # texts of a value, in the order in which they are sent
RECEIVED_BYTES = 1 << 16  # bytes of one read
IDLE_SECONDS = 0.02  # an idle interpreter warms up for its first program after this time
WARM_UP = json.dumps({"execute": {"id": 0, "code": "6 * 7"}}).encode()
READY = json.dumps({"ready": {"python": platform.python_version()}}).encode()
SUCCESS = types.SimpleNamespace(success=True)
WARM_UPS = 3  # the second run still touches some memory for the first time

LIBC = ctypes.CDLL(None)


def result_frame(request_id, ok, value, traceback_text, displays=b""):
    """Encodes the frame with the lengths of the texts, and the texts."""
    texts = {name: utf8(value[name]) for name in TEXTS if name in value}
    value = value | {name: len(text) for name, text in texts.items()}
    traceback_text = utf8(traceback_text)
    result = {"id": request_id, "ok": ok, "value": value, "traceback": len(traceback_text)}
    if displays:
        result["displays"] = len(displays)
    frame = framed(json.dumps({"result": result}).encode("ascii"))
    return b"".join((frame, *texts.values(), traceback_text, displays))


def encode_result(request_id, ok, outcome):
    try:
        for displays in (outcome.displays.to_json(), b""):
            frame = result_frame(request_id, ok, outcome.value, outcome.traceback, displays)
            if len(frame) <= MAX_RESULT_BYTES:
                return frame
    except MemoryError:  # there was memory for the value, but not for a copy
        pass
    limit = f"at most {MAX_RESULT_BYTES >> 20} MiB are allowed"
    text = f"The result is too large to be sent: {limit}.\n"
    return result_frame(request_id, False, {"kind": "nothing"}, text)


def framed(payload):
    return len(payload).to_bytes(4, "big") + payload


class Agent:
    """Executes programs, one after the other, for the server at the other end of a control socket."""

    def __init__(self, shell, streams):
        self._shell = shell
        self._control = None  # set by run()
        self._received = bytearray()  # bytes that are not a whole frame yet
        self._pid = os.getpid()
        self._streams = streams
        self._cell = None  # the asyncio task of the program that runs
        self._is_traced = False  # the agent has set TRACEPARENT
        # All cells share one context, or decimal.getcontext() and its like would forget.
        self._context = contextvars.copy_context()
        self._listen_for_interrupts()

    async def warm_up(self, times):
        """The first program that a process runs takes several times as long as the next: modules
        are imported, and memory is touched, which the kernel then copies in a forked process."""
        for _ in range(times):
            await self._answer(WARM_UP)
        self._shell.forget_programs()

    def run(self, control):
        """Serves until the server closes the socket. The process can fork between __init__() and
        this call."""
        self._control = control
        if self._pid != os.getpid():
            self._pid = os.getpid()
            for stream in self._streams:
                stream.attach()
        os.register_at_fork(after_in_child=control.close)
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        with contextlib.suppress(EOFError, ConnectionError):
            loop.run_until_complete(self._serve())

    async def _serve(self):
        # Blocking is harmless: nothing else is on the loop yet.
        asked, _, _ = select.select([self._control], [], [], IDLE_SECONDS)
        if not asked:
            await self.warm_up(WARM_UPS)
        while True:
            size = int.from_bytes(await self._receive(4), "big")
            await self._send(await self._answer(await self._receive(size)))

    async def _answer(self, payload):
        [(verb, request)] = json.loads(payload).items()
        acts = {
            "execute": self._shell.run_program,
            "save": self._save_variables,
            "restore": self._restore_variables,
        }
        self._set_trace(request.get("traceparent"))
        act = functools.partial(acts[verb], request["code"])
        return await self._execute(request["id"], act, "displays" in request)

    async def _save_variables(self, _):
        self._shell.outcome.note_display({"text/plain": agent_variables.save(self._shell)})
        return SUCCESS

    async def _restore_variables(self, text):
        agent_variables.restore(self._shell, text)
        return SUCCESS

    def _set_trace(self, traceparent):
        """Sets TRACEPARENT for the program and its children, and removes it for programs without
        one."""
        if traceparent is not None:
            os.environ["TRACEPARENT"] = traceparent
        elif self._is_traced:
            os.environ.pop("TRACEPARENT", None)
        self._is_traced = traceparent is not None

    async def _receive(self, size):
        loop = asyncio.get_running_loop()
        while len(self._received) < size:
            part = await loop.sock_recv(self._control, max(size, RECEIVED_BYTES))
            if not part:
                raise EOFError
            self._received += part
        data = bytes(self._received[:size])
        del self._received[:size]
        return data

    async def _send(self, frame):
        await asyncio.get_running_loop().sock_sendall(self._control, frame)

    async def _execute(self, request_id, act, wants_displays):
        outcome = self._shell.begin_program(wants_displays)
        self._cell = asyncio.create_task(self._run(act), context=self._context)
        try:
            ok = await self._cell
        except asyncio.CancelledError as error:  # interrupted before its first step
            ok = self._report_escaped(error)
        self._flush()
        if os.getpid() != self._pid:
            os._exit(0)  # a fork that the program left running: only its parent reports
        for stream in self._streams:
            stream.restore()
        return encode_result(request_id, ok, outcome)

    async def _run(self, act):
        """Returns whether the program succeeded. Raises nothing: an exception would end the agent."""
        try:
            result = await self._run_cell(act)
            if result.success:
                self._shell.outcome.spill_traceback()
            return result.success
        except BaseException as error:
            self._listen_for_interrupts()
            return self._report_escaped(error)
        finally:
            self._shell.payload_manager.clear_payload()

    def _report_escaped(self, error):
        """Reports an exception from IPython's own code; IPython itself reports those of the program."""
        report = "".join(traceback.format_exception_only(error))
        self._shell.outcome.note_traceback(text_of_error(error) + report)
        return False

    async def _run_cell(self, act):
        """An interrupt raises KeyboardInterrupt while this frame is on the stack; see below."""
        try:
            return await act()
        finally:
            self._listen_for_interrupts()  # the program can have replaced the handler

    def _listen_for_interrupts(self):
        _signal.signal(SIGINT, self._on_interrupt)

    def _on_interrupt(self, _signal, frame):
        """Raises in the program's own frames, cancels a program that awaits, and is otherwise
        ignored. Looking at the stack leaves no gap: a flag would be cleared a moment after the
        program ended, and a signal in that moment would end the agent instead."""
        while frame is not None:
            if frame.f_code is Agent._run_cell.__code__:
                raise KeyboardInterrupt
            frame = frame.f_back
        if self._cell is not None and not self._cell.done():
            asyncio.get_running_loop().call_soon_threadsafe(self._cell.cancel)

    def _flush(self):
        """Flushes the program's replacements of the streams, and C's stdio. A kernel whose stream
        cannot be flushed never answers again; here the stream is put back."""
        for name, stream in zip(("stdout", "stderr"), self._streams):
            try:
                present = getattr(sys, name)
                present.flush()
                is_usable = present is stream or getattr(present, "closed", False) is not True
            except Exception:  # closed, deleted, or an object that is no stream
                is_usable = False
            if not is_usable:
                setattr(sys, name, stream)
        LIBC.fflush(None)


def adopt_fonts():
    """Shows the fonts of --fonts (font_set.py) where programs and libraries look for a user's own.
    Returns the directory that has matplotlib's list of fonts."""
    fonts = os.environ.get(FONT_SET)
    if fonts is None:
        return pathlib.Path(sys.prefix, "share/dynsessions/matplotlib")
    place = pathlib.Path(os.environ.get("HOME", "/tmp"), ".local/share/fonts")
    with contextlib.suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(f"{fonts}/fonts")
    return pathlib.Path(fonts, "matplotlib")


def adopt_font_cache():
    """matplotlib wants its cache writable and warns otherwise; building it takes seconds. So a
    separate directory gets links to the files that create_environment.sh has built. Its name is
    fixed, because the zygote's matplotlib remembers it. Where there is no room for it matplotlib
    has to do without."""
    built = adopt_fonts()
    directory = f"{tempfile.tempdir}/matplotlib-fonts"
    if os.environ.get("MPLCONFIGDIR", directory) != directory or not built.is_dir():
        return
    with contextlib.suppress(OSError):
        os.mkdir(directory)
    os.environ["MPLCONFIGDIR"] = directory
    for cache in built.glob("fontlist-*.json"):
        with contextlib.suppress(OSError):
            os.symlink(cache, f"{directory}/{cache.name}")


def prepare_process():
    """Makes the process look to a program like a fresh Jupyter kernel. Returns its streams."""
    # Set here, because tempfile would find the directory by writing a file, which fails if /tmp is
    # full.
    tempfile.tempdir = os.environ.get("TMPDIR", "/tmp")
    sys.path[:] = [directory for directory in sys.path if directory != AGENT_DIRECTORY]
    agent_kernel.arrange_process()
    return agent_streams.install()


def ignore_interrupts():
    """Ignores interrupts until the agent handles them."""
    signal.signal(signal.SIGINT, lambda *_: None)


def open_control():
    """Sends `ready`: the server can send requests now, which wait in the socket until they are read."""
    control = socket.socket(fileno=CONTROL_FD)
    control.set_inheritable(False)
    with contextlib.suppress(ConnectionError):  # the server has gone; the next read reports it
        control.sendall(framed(READY))
    control.setblocking(False)
    return control


def serve(agent):
    agent_kernel.name_process()
    agent.run(open_control())
    os._exit(0)  # threads of a program must not keep the process alive


def main():
    ignore_interrupts()
    streams = prepare_process()
    session_packages.adopt()
    adopt_font_cache()
    serve(Agent(make_shell(streams), streams))


if __name__ == "__main__":
    main()
