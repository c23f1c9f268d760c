"""Calls large parts of the kernel with arguments that change nothing anywhere. Where a call is
allowed, the kernel accepts it or rejects the arguments; getpid is the positive control."""

from attempt import system_call

CALLS = {"io_uring_setup": (425, 0, 0), "io_uring_register": (427, 0, 0, 0, 0), "bpf": (321, 99, 0, 0),
         "perf_event_open": (298, 0, 0, 0, 0, 0), "userfaultfd": (323, 0),
         "keyctl": (250, 0, -3, 0), "request_key": (249, b"user", b"dynsessions-canary", 0, 0),
         "add_key": (248, 0, 0, 0, 0, 0), "memfd_secret": (447, 1 << 30),
         "init_module": (175, 0, 0, 0), "kexec_load": (246, 0, 99, 0, 0), "fanotify_init": (300, 99, 0),
         "name_to_handle_at": (303, -1, 0, 0, 0, 0), "open_by_handle_at": (304, -1, 0, 0),
         "quotactl": (179, 0, 0, 0, 0), "vmsplice": (278, -1, 0, 0, 0), "swapon": (167, 0, 0),
         "modify_ldt": (154, 99, 0, 0), "iopl": (172, 0), "settimeofday": (164, 0, 0),
         "sethostname": (170, 0, -1)}


def main(arguments):
    return {name: system_call(*call) for name, call in CALLS.items()} | {"getpid": system_call(39)}
