"""The sets of flags that docker/README.md describes, as `docker run` spells them, and how podman
starts an equivalent container."""

import dataclasses

# podman spells these differently.
PODMAN_SPELLING = {"systempaths=unconfined": "unmask=ALL"}
SERVER_USER = "65532"  # the user of docker/Dockerfile


@dataclasses.dataclass(frozen=True)
class FlagSet:
    flags: tuple = ()
    environment: tuple = ()  # NAME=VALUE

    @property
    def name(self):
        words = [*self.flags, *(f"-e {assignment}" for assignment in self.environment)]
        return " ".join(words) or "none"


def _security(*options):
    return tuple(word for option in options for word in ("--security-opt", option))


CAPABILITY = ("--cap-add", "SYS_ADMIN")
UNMASKED = _security("systempaths=unconfined")
NO_SECCOMP = _security("seccomp=unconfined")
READ_ONLY = ("--read-only", "--tmpfs", "/tmp")
LEAST = ("--cap-drop", "ALL", *_security("no-new-privileges"), *READ_ONLY)

FLAG_SETS = [
    FlagSet(),
    FlagSet(LEAST),
    FlagSet(UNMASKED),
    FlagSet(CAPABILITY),
    FlagSet((*CAPABILITY, *UNMASKED)),
    FlagSet((*CAPABILITY, *UNMASKED, *READ_ONLY)),
    FlagSet(("--user", "root", *CAPABILITY)),
    FlagSet(NO_SECCOMP),
    FlagSet((*NO_SECCOMP, *UNMASKED)),
    FlagSet(("--privileged",)),
    FlagSet(("--privileged", "--user", "root")),
    FlagSet(("--user", "root")),
    FlagSet(
        (*CAPABILITY, *UNMASKED, "--device", "/dev/net/tun"),
        ("DYNSESSIONS_NETWORK_STATUS=EgressEnabled",),
    ),
    FlagSet(environment=("DYNSESSIONS_SANDBOX=full",)),
    FlagSet(environment=("DYNSESSIONS_SANDBOX=insecure",)),
]


def podman_flags(flag_set):
    """Returns the equivalent arguments of `podman run`, up to the image."""
    words = [PODMAN_SPELLING.get(word, word) for word in flag_set.flags]
    for assignment in flag_set.environment:
        words += ["--env", assignment]
    return words
