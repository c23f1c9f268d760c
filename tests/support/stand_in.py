"""A program that starts and ends like the server, for tests of code that starts servers."""

import sys

TEXT = """#!{python}
import json, os, signal, subprocess, sys
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
{before}
print(json.dumps(dict(event="ready", pid=os.getpid(), http="http://127.0.0.1:1",
                      admin="http://127.0.0.1:2", poolManagementEndpoint="http://127.0.0.1:1/p",
                      identityEndpoint="http://127.0.0.1:1/msi/token", tenant="t")),
      flush=True)
signal.sigwait([signal.SIGTERM])
{after}
"""


def write(path, before="", after=""):
    """Writes the program. `before` and `after` are lines of Python that run before it is ready and
    after SIGTERM."""
    path.write_text(TEXT.format(python=sys.executable, before=before, after=after))
    path.chmod(0o755)
    return path
