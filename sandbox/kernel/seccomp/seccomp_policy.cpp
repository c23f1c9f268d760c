#include "sandbox/kernel/seccomp/seccomp_policy.h"

namespace dynsessions::sandbox {
namespace {

constexpr const char* kFileContents[] = {
    "read",      "write",     "readv",           "writev",    "pread64",         "pwrite64",
    "preadv",    "pwritev",   "preadv2",         "pwritev2",  "lseek",           "truncate",
    "ftruncate", "fallocate", "fsync",           "fdatasync", "sync_file_range", "fadvise64",
    "readahead", "sendfile",  "copy_file_range", "flock"};

constexpr const char* kFileNames[] = {
    "open",         "openat",      "openat2",    "creat",     "close",     "close_range",
    "access",       "faccessat",   "faccessat2", "stat",      "lstat",     "fstat",
    "newfstatat",   "statx",       "statfs",     "fstatfs",   "ustat",     "getdents",
    "getdents64",   "getcwd",      "chdir",      "fchdir",    "mkdir",     "mkdirat",
    "rmdir",        "unlink",      "unlinkat",   "rename",    "renameat",  "renameat2",
    "link",         "linkat",      "symlink",    "symlinkat", "readlink",  "readlinkat",
    "mknod",        "mknodat",     "umask",      "chmod",     "fchmod",    "fchmodat",
    "chown",        "fchown",      "lchown",     "fchownat",  "utime",     "utimes",
    "futimesat",    "utimensat",   "getxattr",   "lgetxattr", "fgetxattr", "listxattr",
    "llistxattr",   "flistxattr",  "setxattr",   "lsetxattr", "fsetxattr", "removexattr",
    "lremovexattr", "fremovexattr"};

constexpr const char* kDescriptors[] = {"dup",   "dup2",    "dup3",     "pipe",
                                        "pipe2", "eventfd", "eventfd2", "memfd_create"};

constexpr const char* kWaiting[] = {
    "select",          "pselect6",   "poll",        "ppoll",        "epoll_create", "epoll_create1",
    "epoll_ctl",       "epoll_wait", "epoll_pwait", "epoll_pwait2", "inotify_init", "inotify_init1",
    "inotify_rm_watch"};

constexpr const char* kMemory[] = {
    "brk",        "mmap",       "munmap",    "mremap",        "mprotect",   "madvise",
    "msync",      "mincore",    "mlock",     "mlock2",        "munlock",    "mlockall",
    "munlockall", "pkey_alloc", "pkey_free", "pkey_mprotect", "membarrier", "arch_prctl"};

constexpr const char* kProcesses[] = {"fork",
                                      "vfork",
                                      "execve",
                                      "execveat",
                                      "exit",
                                      "exit_group",
                                      "wait4",
                                      "waitid",
                                      "kill",
                                      "tkill",
                                      "tgkill",
                                      "pidfd_open",
                                      "pidfd_send_signal",
                                      "getpid",
                                      "gettid",
                                      "getppid",
                                      "getpgid",
                                      "setpgid",
                                      "getpgrp",
                                      "setsid",
                                      "getsid",
                                      "set_tid_address",
                                      "restart_syscall"};

constexpr const char* kThreads[] = {"futex",
                                    "futex_waitv",
                                    "set_robust_list",
                                    "get_robust_list",
                                    "rseq",
                                    "sched_yield",
                                    "sched_getaffinity",
                                    "sched_setaffinity",
                                    "sched_getparam",
                                    "sched_setparam",
                                    "sched_getscheduler",
                                    "sched_setscheduler",
                                    "sched_get_priority_max",
                                    "sched_get_priority_min",
                                    "sched_rr_get_interval",
                                    "sched_getattr",
                                    "sched_setattr",
                                    "getpriority",
                                    "setpriority",
                                    "ioprio_get",
                                    "ioprio_set",
                                    "getcpu"};

constexpr const char* kSignals[] = {
    "rt_sigaction",  "rt_sigprocmask",  "rt_sigreturn",    "rt_sigpending",
    "rt_sigsuspend", "rt_sigtimedwait", "rt_sigqueueinfo", "rt_tgsigqueueinfo",
    "sigaltstack",   "signalfd",        "signalfd4",       "pause",
    "alarm"};

constexpr const char* kTime[] = {
    "clock_gettime",    "clock_getres", "clock_nanosleep", "nanosleep",
    "gettimeofday",     "time",         "times",           "getitimer",
    "setitimer",        "timer_create", "timer_settime",   "timer_gettime",
    "timer_getoverrun", "timer_delete", "timerfd_create",  "timerfd_settime",
    "timerfd_gettime"};

constexpr const char* kNetwork[] = {
    "bind",        "listen",     "accept",     "accept4",  "connect", "shutdown", "getsockname",
    "getpeername", "getsockopt", "setsockopt", "recvfrom", "recvmsg", "recvmmsg"};

constexpr const char* kSharedMemory[] = {
    "shmget",    "shmat",        "shmdt",           "shmctl",    "mq_open",
    "mq_unlink", "mq_timedsend", "mq_timedreceive", "mq_notify", "mq_getsetattr"};

constexpr const char* kIdentity[] = {"getuid",    "geteuid",   "getgid",    "getegid",  "getresuid",
                                     "getresgid", "getgroups", "setuid",    "setgid",   "setreuid",
                                     "setregid",  "setresuid", "setresgid", "setfsuid", "setfsgid",
                                     "setgroups", "capget",    "capset"};

constexpr const char* kSystem[] = {"uname", "sysinfo", "getrandom", "getrlimit", "getrusage"};

constexpr SyscallGroup kAllowed[] = {
    {"reading and writing open files", kFileContents},
    {"names and attributes: the mounts decide which files exist and can be changed; without "
     "capabilities mknod makes no device nodes",
     kFileNames},
    {"pipes, copies of descriptors, memory files", kDescriptors},
    {"event loops", kWaiting},
    {"memory of the process; numba and regex engines generate code in it", kMemory},
    {"children and signals: the PID namespace limits which processes they reach", kProcesses},
    {"threads and their scheduling: the limits forbid a higher priority", kThreads},
    {"handling signals", kSignals},
    {"reading clocks, sleeping, timers", kTime},
    {"using sockets: rules on arguments decide which can be made and forbid urgent data; the "
     "namespace limits what they reach",
     kNetwork},
    {"shared memory and POSIX queues: the IPC namespace is the sandbox's own", kSharedMemory},
    {"reading ids; setting them has no effect with one mapped id and no capability", kIdentity},
    {"harmless facts about the system", kSystem},
};

constexpr const char* kOtherProcesses[] = {
    "ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "process_mrelease",
    "kcmp",   "pidfd_getfd",      "move_pages",        "migrate_pages"};

constexpr const char* kKernelCode[] = {"bpf",
                                       "perf_event_open",
                                       "userfaultfd",
                                       "io_uring_setup",
                                       "io_uring_enter",
                                       "io_uring_register",
                                       "seccomp",
                                       "init_module",
                                       "finit_module",
                                       "delete_module",
                                       "kexec_load",
                                       "kexec_file_load",
                                       "modify_ldt",
                                       "iopl",
                                       "ioperm",
                                       "lookup_dcookie"};

constexpr const char* kNamespaces[] = {
    "unshare",  "setns",   "mount",  "umount2",   "pivot_root", "chroot",       "fsopen",
    "fsconfig", "fsmount", "fspick", "open_tree", "move_mount", "mount_setattr"};

constexpr const char* kHandles[] = {"open_by_handle_at", "name_to_handle_at", "fanotify_init",
                                    "fanotify_mark",     "quotactl",          "quotactl_fd"};

constexpr const char* kKeys[] = {"keyctl", "add_key", "request_key", "memfd_secret"};

constexpr const char* kPageCache[] = {"splice", "tee", "vmsplice"};

constexpr const char* kMachine[] = {
    "reboot",      "swapon",        "swapoff",      "acct",          "syslog",        "vhangup",
    "sethostname", "setdomainname", "settimeofday", "clock_settime", "clock_adjtime", "adjtimex"};

constexpr const char* kKernelMemory[] = {"semget", "semop",  "semtimedop", "semctl",
                                         "msgget", "msgsnd", "msgrcv",     "msgctl"};

constexpr const char* kFlushing[] = {"sync", "syncfs"};

constexpr const char* kNuma[] = {"mbind", "set_mempolicy", "get_mempolicy",
                                 "set_mempolicy_home_node"};

constexpr SyscallGroup kRefused[] = {
    {"inspecting other processes, which no data program needs", kOtherProcesses},
    {"large or privileged parts of the kernel, through which most escapes went; io_uring would "
     "also bypass the rules for sockets",
     kKernelCode},
    {"new namespaces and mounts would give a confined process capabilities", kNamespaces},
    {"opening files by handle bypasses the names that the mounts decide", kHandles},
    {"namespaces do not separate keyrings; secret memory is not counted", kKeys},
    {"pages of read-only files in pipes (Dirty Pipe, CVE-2022-0847); callers fall back to copying",
     kPageCache},
    {"settings of the whole machine", kMachine},
    {"System V semaphores and messages: one program can make the kernel allocate 64 GB for them, "
     "and not every kernel counts that for the session; multiprocessing uses POSIX semaphores",
     kKernelMemory},
    {"flushing all disks of the host, which slows all its programs; what a session writes need not "
     "survive a crash of the host",
     kFlushing},
    {"the host decides about memory placement; libraries continue without it", kNuma},
};

}  // namespace

std::span<const SyscallGroup> allowed_groups() { return kAllowed; }
std::span<const SyscallGroup> refused_groups() { return kRefused; }

}  // namespace dynsessions::sandbox
