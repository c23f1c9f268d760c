"""Changes modes, owners and times by path, bypassing the C library; the control uses
descriptors."""

import os

from attempt import attempt, system_call

CHMOD, CHOWN, UTIME, SETXATTR, UTIMENSAT, FCHMODAT = 90, 92, 132, 188, 280, 268
AT_FDCWD = -100


def main(arguments):
    path = os.path.join(os.environ["TMPDIR"], "own")
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    name = path.encode()
    answers = {"chmod": system_call(CHMOD, name, 0o777),
               "fchmodat": system_call(FCHMODAT, AT_FDCWD, name, 0o777),
               "chown": system_call(CHOWN, name, os.getuid(), os.getgid()),
               "utime": system_call(UTIME, name, 0),
               "utimensat": system_call(UTIMENSAT, AT_FDCWD, name, 0, 0),
               "setxattr": system_call(SETXATTR, name, b"user.a", b"b", 1, 0),
               "mode by descriptor": attempt(lambda: os.fchmod(file, 0o640)),
               "time by descriptor": attempt(lambda: os.utime(file))}
    os.chmod("/tmp/own", 0o750)  # via the C library; path_redirect_preload.cpp uses a descriptor
    answers["mode"] = oct(os.stat("/tmp/own").st_mode & 0o777)
    return answers
