"""Makes the process look like a Jupyter kernel, for programs and libraries that check for one.

Importing ipykernel takes as long as starting an interpreter does. So the packages that a kernel has
loaded are in `sys.modules` from the start, but each is loaded only when a program uses an attribute
of it.
"""

import builtins
import contextlib
import getpass
import importlib.machinery
import json
import os
import pdb
import sys
import threading
import types
import uuid

import IPython
from IPython.core import debugger
from IPython.core.error import StdinNotImplementedError
from traitlets import Unicode
from traitlets.config import Application

# Modules that a kernel imports before its first program; modules of a package follow the package.
LOADED = (
    *("comm", "debugpy", "platformdirs", "psutil", "tornado", "zmq"),
    *("jupyter_core", "jupyter_client", "jupyter_client.session"),
    *("ipykernel", "ipykernel.comm", "ipykernel.compiler", "ipykernel.displayhook"),
    *("ipykernel.iostream", "ipykernel.ipkernel", "ipykernel.kernelapp", "ipykernel.kernelbase"),
    *("ipykernel.zmqshell",),
)
# Libraries read these attributes of every loaded module.
LOOKED_AT = {"__path__", "__file__", "__warningregistry__", "__wrapped__", "__test__", "__slots__"}

IMPORT_SYSTEM = "<frozen importlib._bootstrap>"

# The agent's replacements for objects of ipykernel, by module and name.
STAND_INS = {}

_launcher = []  # path of the program that starts kernels
_loading = threading.RLock()
_begun = set()


class LazyModule(types.ModuleType):
    """Loads itself at the first access to an attribute that it does not have yet."""

    def __getattr__(self, name):
        locations = self.__spec__.submodule_search_locations
        if name == "__path__" and locations is not None:
            if sys._getframe(1).f_code.co_filename == IMPORT_SYSTEM:
                # Python loads a package before its modules. A module that the package imports itself
                # is executed twice.
                load(self)
            return locations
        if name in LOOKED_AT:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        load(self)
        return types.ModuleType.__getattribute__(self, name)

    def __dir__(self):
        load(self)
        return dir(types.ModuleType(self.__name__)) + list(vars(self))


def load(module):
    """Does nothing if it is loaded, or if this thread is just loading it. Other threads wait."""
    name = module.__name__
    with _loading:
        if type(module) is not LazyModule or name in _begun:
            return
        if name == "debugpy":  # debugpy would warn about modules that are frozen in Python
            os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"
        _begun.add(name)
        if module.__spec__.submodule_search_locations is not None:
            module.__path__ = module.__spec__.submodule_search_locations
        try:
            module.__spec__.loader.exec_module(module)
        finally:
            _begun.remove(name)
        vars(module).update(STAND_INS.get(name, {}))
        module.__class__ = types.ModuleType


def stand_in(thing):
    """A decorator: the class replaces the one of the same name in the module `__module__`."""
    STAND_INS.setdefault(thing.__module__, {})[thing.__name__] = thing
    return thing


def seem_loaded(name):
    """Does nothing if the environment does not have the package."""
    package, _, last = name.rpartition(".")
    parent = sys.modules.get(package)
    if name in sys.modules or (package and parent is None):
        return
    path = parent.__spec__.submodule_search_locations if parent else None
    spec = importlib.machinery.PathFinder.find_spec(name, path)
    if spec is None:
        return
    module = LazyModule(name)
    module.__spec__, module.__loader__, module.__file__ = spec, spec.loader, spec.origin
    module.__package__ = spec.parent
    sys.modules[name] = module
    if parent:
        setattr(parent, last, module)


@stand_in
class IPythonKernel:
    """`get_ipython().kernel`. Most libraries only check that it exists."""

    __module__ = "ipykernel.ipkernel"

    implementation = "ipython"
    implementation_version = IPython.__version__
    language_info = {
        "name": "python",
        "version": sys.version.split()[0],
        "mimetype": "text/x-python",
        "codemirror_mode": {"name": "ipython", "version": sys.version_info[0]},
        "pygments_lexer": "ipython3",
        "nbconvert_exporter": "python",
        "file_extension": ".py",
    }
    eventloop = None

    def __init__(self, shell):
        self.shell = shell

    @property
    def banner(self):
        return self.shell.banner

    @property
    def user_ns(self):
        return self.shell.user_ns

    @property
    def execution_count(self):
        return self.shell.execution_count

    @property
    def comm_manager(self):
        return sys.modules["comm"].get_comm_manager()

    def get_parent(self, channel=None):
        """The header of the request: a session's programs come without one."""
        return self.shell.parent_header

    def raw_input(self, prompt=""):
        refuse_stdin("raw_input")

    def getpass(self, prompt="", stream=None):
        refuse_stdin("getpass")

    def take_input(self):
        """A program's `input` and `getpass.getpass` are methods of a kernel."""
        builtins.input, getpass.getpass = self.raw_input, self.getpass


for method in (IPythonKernel.raw_input, IPythonKernel.getpass):
    method.__module__, method.__qualname__ = "ipykernel.kernelbase", f"Kernel.{method.__name__}"


def refuse_stdin(function):
    raise StdinNotImplementedError(
        f"{function} was called, but this frontend does not support input requests."
    )


def debugpy_breakpointhook():
    """No debugger is attached, so breakpoint() does nothing."""


debugpy_breakpointhook.__module__ = "debugpy._vendored.force_pydevd"


@stand_in
class IPKernelApp(Application):
    """The application of a kernel, which `Application.instance()` gives to libraries."""

    __module__ = "ipykernel.kernelapp"

    name = Unicode("ipython-kernel")
    connection_file = Unicode(help="JSON file in which to store connection info").tag(config=True)

    @property
    def connection_dir(self):
        """The directory of the connection file. Few programs look for it, so the file is made when
        the first one does."""
        directory, name = os.path.split(self.connection_file)
        with contextlib.suppress(OSError):
            os.makedirs(directory, mode=0o700, exist_ok=True)
            with open(
                os.open(self.connection_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w"
            ) as file:
                json.dump(connection_information(), file, indent=2)
        return directory

    abs_connection_file = property(lambda self: self.connection_file)


def connection_information():
    """Returns the content of a connection file. No sockets have these addresses."""
    ports = ("shell_port", "iopub_port", "stdin_port", "control_port", "hb_port")
    return {
        **{port: number for number, port in enumerate(ports, 1)},
        **{"ip": "127.0.0.1", "key": str(uuid.uuid4()), "transport": "tcp"},
        **{"signature_scheme": "hmac-sha256", "kernel_name": "python3", "jupyter_session": ""},
    }


class KernelMagics:
    """Registers ipykernel's magics by name; the first use of one loads them."""

    NAMES = ("autosave", "connect_info", "edit", "less", "man", "more", "qtconsole")

    def __init__(self, shell):
        self._shell = shell
        self._real = None

    def register(self):
        for name in self.NAMES:
            self._shell.register_magic_function(self._call(name), "line", name)
        self._shell.magics_manager.register_alias("ed", "edit")

    def _call(self, name):
        def call(line):
            if self._real is None:
                self._real = sys.modules["ipykernel.zmqshell"].KernelMagics(self._shell)
            return getattr(self._real, name)(line)

        return call


def arrange_process():
    """Makes the changes that are the same in all interpreters. A zygote calls this once for all of
    them."""
    # Like ipykernel: the standard library first, and '' before the installed packages.
    packages = (i for i, path in enumerate(sys.path) if path.endswith("-packages"))
    sys.path.insert(next(packages, 0), "")
    for name in LOADED:
        seem_loaded(name)
    # Not in name_process(): a search for a module touches 0.4 MB of a fork's memory.
    launcher = importlib.machinery.PathFinder.find_spec("ipykernel_launcher")
    _launcher[:] = [launcher.origin if launcher else "ipykernel_launcher.py"]
    sys.breakpointhook = debugpy_breakpointhook
    debugger.Pdb = pdb.Pdb = debugger.InterruptiblePdb
    pdb.set_trace = debugger.set_trace


def name_process():
    """Sets the arguments; the name of the connection file is unique to the interpreter."""
    runtime = os.path.expanduser("~/.local/share/jupyter/runtime")
    connection_file = f"{runtime}/kernel-{uuid.uuid4()}.json"
    IPKernelApp.instance().connection_file = connection_file
    arguments = ["-f", connection_file]
    sys.argv[:] = [*_launcher, *arguments]
    sys.orig_argv[:] = [sys.executable, "-m", "ipykernel_launcher", *arguments]
