"""Returns its environment, name and user."""

import os
import pwd
import socket


def main(arguments):
    return {"environment": dict(os.environ), "host name": socket.gethostname(),
            "user": pwd.getpwuid(os.getuid()).pw_name, "groups": [g for g in os.getgroups() if g != 65534]}
