"""IPython's shell, arranged as in a Jupyter kernel, without the kernel.

Values, output, tracebacks and magics are IPython's own. What this file adds is where they go: an
Outcome collects what a program leaves behind besides its streams, and agent.py sends it.
"""

import _signal  # without the enumerations of `signal`, which take 10 µs per program
import ast
import base64
import codecs
import json
import linecache
import os
import pathlib
import re
import select
import signal
import struct
import subprocess
import sys
import tempfile

from IPython.core import formatters, page, payloadpage
from IPython.core.autocall import ExitAutocall, ZMQExitAutocall
from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.profiledir import ProfileDir
from traitlets import Any, CBool, Instance, Type, default, observe
from traitlets.config import Config

from agent_kernel import IPKernelApp, IPythonKernel, KernelMagics, stand_in

from decorator import (
    decorate,
)  # comes with IPython, so IPython is imported first: its absence must be reported

AGENT_DIRECTORY = str(pathlib.Path(__file__).parent)
# The event loops that ipykernel knows: of front ends in a browser, and of a screen.
WITHOUT_TOOLKIT = ("inline", "nbagg", "webagg", "notebook", "ipympl", "widget", None)
TOOLKITS = ("qt", "qt5", "qt6", "wx", "tk", "gtk", "gtk3", "osx")
ASYNCIO = "asyncio"  # the loop that runs anyway
SIGINT = int(signal.SIGINT)
COLOURS = re.compile(r"\x1b\[[\d;]*m")


def utf8(text):
    """Without surrogates, which no JSON parser has to accept: those that stand for bytes become the
    bytes' characters, as in a kernel; pairs are joined and lone ones replaced."""
    try:
        return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace").encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode("utf-8")


class Displays:
    """Everything that a program showed, for clients that want more than the one value of the
    answer: HTML, SVG, LaTeX, JSON, Markdown, every figure. As JSON:

        {"displays": [{"source": "result" or "display", "data": {MIME type: value}}], "omitted": 0}

    Bytes are in base64. Empty if the program showed only one plain text, which the answer contains.
    Output beyond a limit is left out and counted.
    """

    MOST_BYTES = 512 << 10

    def __init__(self, is_wanted):
        self._is_wanted = is_wanted
        self._lone_text = None
        self._items = []
        self._bytes = 0
        self._omitted = 0

    def note(self, source, data):
        """`source` is "result" for the value of the last expression, otherwise "display"."""
        if not self._is_wanted:
            return
        is_first = self._lone_text is None and not self._items and not self._omitted
        if is_first and len(data) == 1 and "text/plain" in data:
            self._lone_text = (source, dict(data))
            return
        if self._lone_text is not None:
            self._add(*self._lone_text)
            self._lone_text = None
        self._add(source, data)

    def _add(self, source, data):
        try:
            shown = {str(mime): self._value(value) for mime, value in data.items()}
            item = utf8(
                json.dumps({"source": source, "data": shown}, ensure_ascii=False, allow_nan=False)
            )
        except Exception:  # methods of the program's classes can raise anything
            self._omitted += 1
            return
        if self._bytes + len(item) > self.MOST_BYTES:
            self._omitted += 1
            return
        self._bytes += len(item)
        self._items.append(item)

    @staticmethod
    def _value(value):
        return base64.b64encode(value).decode("ascii") if isinstance(value, bytes) else value

    def to_json(self):
        if not self._items and not self._omitted:
            return b""
        return b'{"displays": [%b], "omitted": %d}' % (b", ".join(self._items), self._omitted)


class Outcome:
    """The value and the traceback of one program, collected while it runs."""

    def __init__(self, stderr, wants_displays=False):
        self.traceback = ""
        self.displays = Displays(wants_displays)
        self._stderr = stderr
        self._image = None
        self._expression = None
        self._displayed = None

    @property
    def value(self):
        """An image beats the last expression, which beats text that was only displayed. Whether
        text counts at all is a guess: the service's answer to display("text") was never observed.
        An image that was shown with the last expression keeps the expression's texts: the server
        can prefer them.
        """
        if self._image:
            return {**(self._expression or {}), **self._image}
        return self._expression or self._displayed or {"kind": "nothing"}

    def note_expression(self, result, data):
        """The last expression gave `result`, which IPython formatted as `data`."""
        self.displays.note("result", data)
        if self._note_image(data):
            return  # the image is the value; its text is not needed
        text = str(data.get("text/plain", ""))  # a _repr_mimebundle_ can return anything
        if isinstance(result, str):
            characters = str.__str__(result)  # a subclass can override str()
            self._expression = {"kind": "string", "repr": text, "characters": characters}
        else:
            self._expression = {"kind": "text", "text": text}

    def note_none(self):
        self._expression = {"kind": "none"}

    def note_display(self, data):
        """Notes an object shown by display(), plt.show() or a figure left open."""
        self.displays.note("display", data)
        if not self._note_image(data) and "text/plain" in data:
            self._displayed = {"kind": "text", "text": str(data["text/plain"])}

    def note_traceback(self, text):
        """Keeps the newest. An older one was not what ended the program (a __repr__ that raised,
        %tb, a figure that could not be drawn), so it is output like any other."""
        self.spill_traceback()
        self.traceback = text

    def spill_traceback(self):
        """Writes the traceback to stderr's stream, not to sys.stderr, which the program can replace."""
        text, self.traceback = self.traceback, ""
        if text:
            self._stderr.send(text)

    def _note_image(self, data):
        for mime in ("image/png", "image/jpeg"):
            if mime in data:
                content = data[mime]
                if isinstance(content, bytes):
                    content = base64.b64encode(content).decode("ascii")
                image_format = mime.removeprefix("image/")
                self._image = {"kind": "image", "format": image_format, "base64": content.strip()}
                return True
        return False


def murmur2(data, seed):
    """MurmurHash2 of `data`, 32 bits. It names cells: the service's SyntaxError texts carry the
    name, so the same program must get the same number here."""
    multiplier, mask = 0x5BD1E995, 0xFFFFFFFF
    state = seed ^ len(data)
    whole = len(data) & ~3
    for (word,) in struct.iter_unpack("<I", data[:whole]):
        word = word * multiplier & mask
        word = (word ^ word >> 24) * multiplier & mask
        state = state * multiplier & mask ^ word
    if whole < len(data):
        state = (state ^ int.from_bytes(data[whole:], "little")) * multiplier & mask
    state = (state ^ state >> 13) * multiplier & mask
    return state ^ state >> 15


@stand_in
class XCachingCompiler(CachingCompiler):
    """Gives cells the file names that ipykernel gives them."""

    __module__ = "ipykernel.compiler"

    def get_code_name(self, raw_code, transformed_code, number):
        directory = f"{tempfile.gettempdir()}/ipykernel_{os.getpid()}"
        return f"{directory}/{murmur2(raw_code.encode('utf-8', 'replace'), 0xC70F6907)}.py"


@stand_in
class ZMQShellDisplayHook(DisplayHook):
    """Records the value of the last expression instead of printing it."""

    __module__ = "ipykernel.displayhook"

    is_called = False

    def check_for_underscore(self):
        """The hook's first step. __call__() itself is not overridden, because debuggers show it."""
        self.is_called = True
        super().check_for_underscore()

    def start_displayhook(self):
        """Does nothing. IPython would print an empty line here, and one in finish_displayhook."""

    def write_output_prompt(self):
        """Does nothing, because the service shows no prompt."""

    def fill_exec_result(self, result):
        self._result = result
        super().fill_exec_result(result)

    def write_format_data(self, format_dict, md_dict=None):
        self.shell.outcome.note_expression(self._result, format_dict)

    def finish_displayhook(self):
        """Does nothing, see start_displayhook()."""


@stand_in
class ZMQDisplayPublisher(DisplayPublisher):
    """Records what display() and friends show."""

    __module__ = "ipykernel.zmqshell"

    def publish(self, data, metadata=None, source=None, **kwargs):
        self.shell.outcome.note_display(data)

    def clear_output(self, wait=False):
        """Does nothing: a kernel notifies its front end, and the service has no screen to clear."""


@stand_in
class ZMQInteractiveShell(InteractiveShell):
    """Has the class name of a kernel's shell, because libraries check it: otherwise pandas would
    print for the width of a terminal."""

    __module__ = "ipykernel.zmqshell"

    autoindent = CBool(False)
    kernel = Any()
    parent_header = Any({})
    compiler_class = Type(XCachingCompiler)
    displayhook_class = Type(ZMQShellDisplayHook)
    display_pub_class = Type(ZMQDisplayPublisher)
    exiter = Instance(ExitAutocall)
    outcome = Any()  # outcome of the running program, see begin_program()

    def __init__(self, stderr, **settings):
        self._stderr = stderr
        self.begin_program()
        self.kernel = IPythonKernel(self)
        super().__init__(**settings)
        self.kernel.take_input()
        self.extension_manager.load_extension("storemagic")  # every kernel loads this extension
        self.configurables.append(IPKernelApp.instance())
        self._first_names = dict(self.user_ns)
        self._transformed = None  # the cell that run_program() hands to run_cell()

    def get_parent(self):
        return self.parent_header

    def set_parent(self, parent):
        self.parent_header = parent

    @default("exiter")
    def _default_exiter(self):
        return ZMQExitAutocall(self)

    def ask_exit(self):
        """exit() and quit() do nothing: the session outlives them. ipykernel would end its kernel,
        which the service would have to restart."""

    def init_ipython_dir(self, ipython_dir):
        self.ipython_dir = os.path.expanduser("~/.ipython")

    @observe("ipython_dir")
    def _ipython_dir_changed(self, change):
        """Does nothing: make_directories() makes the directory."""

    def init_profile_dir(self, profile_dir):
        self.make_directories()

    def make_directories(self):
        """Makes the directories that IPython wants in /tmp. Continues without them if no space is
        left, because otherwise the session would be lost."""
        try:
            os.makedirs(self.ipython_dir, exist_ok=True)
            self.profile_dir = ProfileDir.create_profile_dir_by_name(self.ipython_dir, "default")
        except OSError:
            self.profile_dir = ProfileDir()

    def init_virtualenv(self):
        """Does nothing: this interpreter already belongs to the environment."""

    def init_environment(self):
        """Sets the variables that ipykernel sets, so that child processes print the same as there."""
        os.environ.update(TERM="xterm-color", CLICOLOR="1", FORCE_COLOR="1", CLICOLOR_FORCE="1")
        os.environ.update(PAGER="cat", GIT_PAGER="cat", PYDEVD_USE_FRAME_EVAL="NO")
        os.environ["JPY_PARENT_PID"] = str(os.getppid() or 1)
        os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")

    def init_hooks(self):
        super().init_hooks()
        self.set_hook("show_in_pager", page.as_hook(payloadpage.page), 99)

    def init_magics(self):
        super().init_magics()
        KernelMagics(self).register()

    def enable_gui(self, gui=None):
        if gui in TOOLKITS:
            raise UsageError(f"There is no screen for the GUI toolkit {gui!r} here")
        known = (*WITHOUT_TOOLKIT, *TOOLKITS, ASYNCIO)
        if gui not in known:
            names = dict.fromkeys(known).keys()
            raise UsageError(f"Invalid GUI request {gui!r}, valid ones are:{names}")

    def system_piped(self, cmd):
        """`!cmd`, aliases and %pip. IPython runs them on a pseudo-terminal, which the sandbox does
        not have. As from one, stderr is on stdout, lines end in CR LF, and all of it is the
        program's own output, which %%capture catches."""
        if cmd.rstrip().endswith("&"):
            raise OSError("Background processes not supported.")
        command = ["/bin/sh", "-c", self.var_expand(cmd, depth=1)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
            for text in output_of(process):
                print(text.replace("\n", "\r\n"), end="", flush=True)
            code = process.wait()
        self.user_ns["_exit_code"] = code if code <= 128 else 128 - code

    system = system_piped

    async def run_program(self, code):
        """Runs a cell as ipykernel does, with the same effects: a cell without await runs at once,
        and a SyntaxWarning is printed more than once, because the cell is compiled more than
        once."""
        try:
            cell, failure = self.transform_cell(code), None
        except Exception:
            cell, failure = code, sys.exc_info()
        known = {"transformed_cell": cell, "preprocessing_exc_tuple": failure}
        if not self.should_run_async(code, **known):
            self._transformed = cell if failure is None else None
            # The agent restores its handler.
            _signal.signal(SIGINT, signal.default_int_handler)
            return self.run_cell(code, store_history=True)
        result = None
        try:
            result = await self.run_cell_async(code, store_history=True, **known)
        finally:
            self.events.trigger("post_execute")  # a handler draws the figures that are open
            self.events.trigger("post_run_cell", result)
        return result

    def transform_cell(self, raw_cell):
        """run_cell() would do again what run_program() has done, a sixth of a small program."""
        transformed, self._transformed = self._transformed, None
        return super().transform_cell(raw_cell) if transformed is None else transformed

    def forget_programs(self):
        """Removes the traces of programs that ran before the user's first program."""
        self.user_ns.clear()
        self.user_ns.update(self._first_names)
        history = self.history_manager
        history.reset(new_session=False)
        history.input_hist_parsed[:] = history.input_hist_raw[:] = [""]
        self.execution_count = 1
        self.last_execution_result = None
        for name in ("_i", "_ii", "_iii", "_i00"):
            setattr(history, name, "")
        for name in ("_", "__", "___"):
            setattr(self.displayhook, name, "")
        for file_name in self.compile._filename_map:
            linecache.cache.pop(file_name, None)
        self.compile._filename_map.clear()
        self.begin_program()

    def begin_program(self, wants_displays=False):
        self.outcome = Outcome(self._stderr, wants_displays)
        return self.outcome

    async def run_ast_nodes(self, nodelist, *args, result=None, **kwargs):
        """Distinguishes `a = None; a`, whose value is None, from `print()`, which has none. IPython's
        result is None for both; the service answers null to the first and "" to the second."""
        hook = self.displayhook
        hook.is_called = False
        failed = await super().run_ast_nodes(nodelist, *args, result=result, **kwargs)
        last = nodelist[-1].value if nodelist and isinstance(nodelist[-1], ast.Expr) else None
        if isinstance(last, ast.Await):
            last = last.value
        is_value = hook.is_called and not failed and not isinstance(last, ast.Call)
        if is_value and result.result is None and not hook.quiet():
            self.outcome.note_none()
        return failed

    def _get_exc_info(self, exc_tuple=None):
        """Hides the agent from tracebacks: a program sees itself and IPython."""
        kind, error, frames = super()._get_exc_info(exc_tuple)
        frame = frames
        while frame is not None:
            while frame.tb_next and is_agents(frame.tb_next.tb_frame.f_code):
                frame.tb_next = frame.tb_next.tb_next
            frame = frame.tb_next
        return kind, error, frames

    def _showtraceback(self, etype, evalue, stb):
        """The service's stderr is the error's text, directly followed by the plain traceback
        (CONTRACT.md section 7). When the text cannot be made, IPython reports that instead."""
        self.outcome.note_traceback(str(evalue) + COLOURS.sub("", "\n".join(stb)) + "\n")


def is_agents(code):
    return os.path.dirname(code.co_filename) == AGENT_DIRECTORY


def output_of(process):
    """Yields decoded output of the process until it exits. It does not wait for the end of the pipe,
    which a child in the background would keep open."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    pipe = process.stdout.fileno()
    while True:
        ended = process.poll() is not None
        if select.select([pipe], [], [], 0 if ended else 0.05)[0]:
            part = os.read(pipe, 1 << 16)
            yield decoder.decode(part, final=not part)
            ended = not part
        if ended:
            return


def text_of_error(error):
    try:
        return str(error)
    except BaseException:  # a user's __str__ can raise anything, SystemExit included
        return f"<{type(error).__name__} whose text cannot be made>"


def call_formatters_directly():
    """IPython's formatters are decorated in a way that looks at the parameters of each whenever it
    is called, twelve times for a value: a fifth of a small program. `kwsyntax` leaves them as they
    are; the frames of a traceback stay the same."""
    catch = formatters.catch_format_error.__wrapped__

    def with_object_first(method, formatter, *arguments, **named):
        if "obj" in named:
            arguments = (named.pop("obj"), *arguments)
        return catch(method, formatter, *arguments, **named)

    for kind in (formatters.BaseFormatter, *formatters.BaseFormatter.__subclasses__()):
        method = vars(kind).get("__call__")
        if method is not None:
            kind.__call__ = decorate(method.__wrapped__, with_object_first, kwsyntax=True)


def make_shell(streams):
    call_formatters_directly()
    config = Config()
    config.HistoryManager.enabled = False
    config.HistoryManager.hist_file = ":memory:"
    config.IPKernelApp = Config()  # programs conclude from this member that they run in a kernel
    return ZMQInteractiveShell.instance(stderr=streams[1], config=config)
