"""A hook for `schemathesis` on the admin API: generated requests get few different pools, without
ready interpreters, so that they do not overload the machine."""

import schemathesis

# Members of which each other value would start an interpreter of another profile.
OF_A_PROFILE = {
    "dataQuotaMb",
    "maxFiles",
    "tmpQuotaMb",
    "shmQuotaMb",
    "memoryLimitMb",
    "maxProcesses",
    "maxOpenFiles",
    "cpuLimit",
    "readySessions",
}


def is_dear(name, value):
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return value == "EgressEnabled" or (name in OF_A_PROFILE and is_number)


@schemathesis.hook
def before_call(context, case, kwargs):
    if isinstance(case.body, dict):
        case.body = {name: value for name, value in case.body.items() if not is_dear(name, value)}
    if "pool" in (case.path_parameters or {}):
        pool = f"generated-{len(str(case.path_parameters['pool'])) % 3}"
        case.path_parameters = {**case.path_parameters, "pool": pool}
