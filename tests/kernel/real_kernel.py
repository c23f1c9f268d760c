"""A real Jupyter kernel on the Python of the sessions; jupyter_client is in kernel_host.py."""

import json
import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
HOST = Path(__file__).with_name("kernel_host.py")
HOST_PYTHON = ROOT / "build/kernel-python/bin/python3"
MAKE_HOST = "tests/create_environment.sh build/kernel-python tests/kernel/requirements.txt"
SESSION_PYTHON = Path(os.environ.get("DYNSESSIONS_PYTHON", ROOT / "build/python/bin/python3"))


class RealKernel:
    """One host process; each start() is a new kernel with a separate home directory.

    The kernel is not sandboxed. It is given only a directory, and the programs are harmless.
    """

    def __init__(self):
        assert HOST_PYTHON.exists(), f"there is no {HOST_PYTHON}; run {MAKE_HOST}"
        self.prefix = SESSION_PYTHON.parent.parent
        self.home = None
        self._host = subprocess.Popen(
            [HOST_PYTHON, HOST], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def start(self, home):
        self.home = home
        self._send({"start": self._how(home)})
        self._receive()

    def begin(self, code):
        """Starts the program; the kernel works while the caller does something else, and finish()
        must follow."""
        self._send({"execute": code})

    def finish(self):
        return self._receive()

    def stop(self):
        self._host.stdin.close()
        self._host.wait()
        self._host.stdout.close()

    def _how(self, home):
        """Returns the environment of a session, as far as programs can see it."""
        environment = {
            "PATH": f"{self.prefix}/bin:/usr/local/bin:/usr/bin:/bin",
            "HOME": str(home),
            "TMPDIR": str(home),
            "IPYTHONDIR": f"{home}/.ipython",
            "MPLCONFIGDIR": str(self._lend_font_cache(home)),
            "USER": "session",
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        return {"python": str(SESSION_PYTHON), "home": str(home), "environment": environment}

    def _lend_font_cache(self, home):
        """Provides a font cache, as agent.py does; building one takes matplotlib seconds."""
        directory = home / ".matplotlib"
        directory.mkdir()
        for cache in (self.prefix / "share/dynsessions/matplotlib").glob("fontlist-*.json"):
            (directory / cache.name).symlink_to(cache)
        return directory

    def _send(self, request):
        self._host.stdin.write(json.dumps(request) + "\n")
        self._host.stdin.flush()

    def _receive(self):
        line = self._host.stdout.readline()
        assert line, "the kernel's host has exited; its output is above"
        return json.loads(line)
