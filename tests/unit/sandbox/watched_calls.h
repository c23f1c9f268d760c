#pragma once

#include <span>
#include <string_view>

/// Calls that a reviewer of the policy would question, because escapes or attacks on neighbours
/// started with them.
namespace dynsessions::sandbox::test {

/// The filter must not allow any of these, with any arguments.
inline constexpr const char* kNever[] = {
    // clang-format off
    "ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "kcmp", "pidfd_getfd",
    "bpf", "perf_event_open", "userfaultfd", "keyctl", "add_key", "request_key",
    "io_uring_setup", "io_uring_enter", "io_uring_register",
    "mount", "umount2", "pivot_root", "chroot", "fsopen", "fsconfig", "fsmount", "fspick",
    "open_tree", "move_mount", "mount_setattr", "setns", "unshare", "clone3",
    "open_by_handle_at", "name_to_handle_at", "quotactl", "quotactl_fd", "swapon", "swapoff",
    "semget", "semop", "semtimedop", "semctl", "msgget", "msgsnd", "msgrcv", "msgctl",
    "sync", "syncfs", "reboot", "kexec_load", "kexec_file_load", "init_module", "finit_module", "delete_module",
    "create_module", "acct", "settimeofday", "clock_settime", "clock_adjtime", "adjtimex",
    "iopl", "ioperm", "modify_ldt", "syslog", "fanotify_init", "fanotify_mark", "lookup_dcookie",
    "move_pages", "migrate_pages", "mbind", "memfd_secret", "vmsplice", "splice", "tee",
    "seccomp", "sethostname", "setdomainname", "vhangup", "uselib", "nfsservctl", "_sysctl",
    "sysfs", "landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self",
    // clang-format on
};

struct WatchedCall {
  const char* name;
  const char* reason;  ///< why it can be called nevertheless
};

/// Watched calls that can be made, at least with some arguments. A watched call that is allowed and
/// in neither list lacks a reason; a call that is listed here without being allowed needs none.
inline constexpr WatchedCall kAllowedForAReason[] = {
    {"clone", "processes and threads; by argument, no namespace"},
    {"socket", "by argument: families that stay in the network namespace"},
    {"ioctl", "by argument: questions about terminals, pipes, sockets and interfaces"},
    {"fcntl", "by argument: no leases and no notifications"},
    {"prctl", "by argument: naming oneself, watching one's parent, asking how one is confined"},
    {"prlimit64", "by argument: all but core files; a hard limit is never raised again"},
    {"setrlimit", "by argument: all but core files; a hard limit is never raised again"},
    {"personality", "by argument: the ordinary one, and asking"},
    {"execve", "bash and subprocess; setuid programs are on nosuid mounts, under no_new_privs"},
    {"execveat", "the same by descriptor; how an interpreter starts"},
    {"memfd_create", "multiprocessing; what runs from one has the same filter"},
    {"mprotect", "generated code of numba and regular expressions; nothing runs that could not"},
    {"kill", "the PID namespace bounds whom it reaches"},
    {"tgkill", "the PID namespace bounds whom it reaches"},
    {"tkill", "the PID namespace bounds whom it reaches"},
    {"rt_sigqueueinfo", "the PID namespace bounds whom it reaches"},
    {"pidfd_open", "asyncio's child watcher; it names processes of the PID namespace only"},
    {"pidfd_send_signal", "the PID namespace bounds whom it reaches"},
    {"mknod", "pipes; a device needs a capability that sessions lack, and mounts are nodev"},
    {"mknodat", "pipes; a device needs a capability that sessions lack, and mounts are nodev"},
    {"setuid", "one id is mapped and no capability held: it changes nothing"},
    {"setgid", "one id is mapped and no capability held: it changes nothing"},
    {"setgroups", "setgroups is denied in the user namespace, before any capability"},
    {"capset", "libraries ask; all sets are empty and cannot grow"},
    {"chown", "one id is mapped: to oneself only"},
    {"setxattr", "cp -a; trusted and security attributes need a capability"},
    {"shmget", "the IPC namespace is the sandbox's own"},
    {"mq_open", "the IPC namespace is the sandbox's own"},
    {"sched_setscheduler", "RLIMIT_RTPRIO is 0: no real-time priority"},
    {"sched_setattr", "RLIMIT_RTPRIO is 0: no real-time priority"},
    {"setpriority", "down only; up needs a limit or a capability"},
    {"ioprio_set", "down only; the real-time class needs a capability"},
    {"mlock", "RLIMIT_MEMLOCK bounds it"},
    {"mlockall", "RLIMIT_MEMLOCK bounds it"},
    {"flock",
     "sqlite and pip; what sessions share is read-only, and a read lock there is accepted"},
    {"setsockopt", "every network library; raw sockets and netfilter need a capability"},
    {"sendmsg", "descriptors go to one's own processes only"},
    {"recvmsg", "descriptors come from one's own processes only"},
    {"inotify_add_watch", "watchers of files, for changes only; what is shared does not change"},
    {"link", "within the sandbox's own file systems; across mounts it is EXDEV"},
    {"timer_create", "timers of one's own; RLIMIT_SIGPENDING bounds them"},
    {"futex", "every lock of every thread"},
};

}  // namespace dynsessions::sandbox::test
