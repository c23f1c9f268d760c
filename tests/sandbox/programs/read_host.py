"""Reads a file of the host by its path; a file that is bound in is the positive control."""

from attempt import attempt


def main(arguments):
    return {"canary": attempt(lambda: open(arguments["canary"]).close()),
            "shadow": attempt(lambda: open("/etc/shadow").close()),
            "keys": attempt(lambda: open("/etc/ssl/private").close()),
            "root": attempt(lambda: open("/root").close()),
            "own": attempt(lambda: open("/etc/passwd").close())}
