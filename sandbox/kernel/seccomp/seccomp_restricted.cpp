#include <cerrno>
#include <vector>

#include <sys/resource.h>
#include <sys/socket.h>

#include "sandbox/kernel/seccomp/argument_tests.h"
#include "sandbox/kernel/seccomp/seccomp_policy.h"

namespace dynsessions::sandbox {
namespace {

constexpr const char* kAddresses[] = {"bind", "listen", "accept", "accept4", "connect"};

constexpr const char* kInterprocessCommunication[] = {
    "shmget",     "shmat",     "shmdt",        "shmctl",          "semget",    "semop",
    "semtimedop", "semctl",    "msgget",       "msgsnd",          "msgrcv",    "msgctl",
    "mq_open",    "mq_unlink", "mq_timedsend", "mq_timedreceive", "mq_notify", "mq_getsetattr"};

constexpr const char* kMetadata[] = {"chmod",    "fchmodat",  "chown",       "lchown",
                                     "fchownat", "utime",     "utimes",      "futimesat",
                                     "setxattr", "lsetxattr", "removexattr", "lremovexattr"};

constexpr const char* kWatches[] = {"inotify_init", "inotify_init1", "inotify_add_watch"};

constexpr SyscallGroup kRefusedInRestricted[] = {
    {"without socket() no address can be reached, except by datagram pairs, which cannot be made "
     "either; this is the second defence",
     kAddresses},
    {"System V and POSIX IPC would be that of the host and of all sessions",
     kInterprocessCommunication},
    {"Landlock does not prevent changes of modes, owners, times and attributes of any file of the "
     "same user. Changes through an open descriptor are allowed: see path_redirect_preload.cpp",
     kMetadata},
    {"Landlock does not prevent watching directories either", kWatches},
};

using Rules = std::vector<ArgumentRule>;

/// Refuses all sockets, because the network is the host's and nothing controls paths of sockets.
/// Allows socket pairs except of datagram sockets, which can be connected elsewhere later.
void add_sockets(Rules& rules) {
  rules.push_back({"socket", EAFNOSUPPORT, masked(0, 0, 0)});
  constexpr scmp_datum_t kType = 0xf;
  for (const scmp_datum_t type : {SOCK_STREAM, SOCK_SEQPACKET}) {
    rules.push_back({"socketpair", 0, equal(0, AF_UNIX), masked(1, kType, type)});
  }
  rules.push_back({"socketpair", EPERM, equal(0, AF_UNIX), masked(1, kType, SOCK_DGRAM)});
  rules.push_back({"socketpair", EAFNOSUPPORT, not_equal(0, AF_UNIX)});
}

/// Allows setting file times only by descriptor; without a path the first argument is a descriptor.
void add_times(Rules& rules) {
  rules.push_back({"utimensat", 0, equal(1, 0)});
  rules.push_back({"utimensat", EPERM, not_equal(1, 0)});
}

/// Allows changing priorities, processors and limits of the calling process only, because the user
/// might run other programs.
void add_other_processes(Rules& rules) {
  for (const char* name :
       {"sched_setaffinity", "sched_setparam", "sched_setscheduler", "sched_setattr"}) {
    rules.push_back({name, 0, equal(0, 0)});
    rules.push_back({name, EPERM, not_equal(0, 0)});
  }
  constexpr scmp_datum_t kOneProcess[] = {PRIO_PROCESS, 1 /* IOPRIO_WHO_PROCESS */};
  const char* const names[] = {"setpriority", "ioprio_set"};
  for (std::size_t i = 0; i < std::size(names); ++i) {
    rules.push_back({names[i], 0, equal(0, kOneProcess[i]), equal(1, 0)});
    rules.push_back({names[i], EPERM, equal(0, kOneProcess[i]), not_equal(1, 0)});
    rules.push_back({names[i], EPERM, not_equal(0, kOneProcess[i])});
  }
  for (scmp_datum_t resource = 0; resource < RLIMIT_NLIMITS; ++resource) {
    if (resource == RLIMIT_CORE) continue;  // the limit stays, as in seccomp_arguments.cpp
    rules.push_back({"prlimit64", 0, equal(0, 0), equal(1, resource)});
  }
  rules.push_back({"prlimit64", EPERM, not_equal(0, 0)});
  // Reading the limit, as getrlimit does, passes no new limit.
  rules.push_back({"prlimit64", 0, equal(0, 0), equal(1, RLIMIT_CORE), equal(2, 0)});
  rules.push_back({"prlimit64", EPERM, equal(0, 0), equal(1, RLIMIT_CORE), not_equal(2, 0)});
}

}  // namespace

std::span<const SyscallGroup> groups_refused_in_restricted_tier() { return kRefusedInRestricted; }

std::vector<ArgumentRule> argument_rules_of_restricted_tier() {
  Rules rules;
  add_sockets(rules);
  add_times(rules);
  add_other_processes(rules);
  return rules;
}

std::set<std::string> ruled_in_restricted_tier() {
  std::set<std::string> names;
  for (const SyscallGroup& group : kRefusedInRestricted)
    names.insert(group.names.begin(), group.names.end());
  for (const ArgumentRule& rule : argument_rules_of_restricted_tier()) names.insert(rule.name);
  return names;
}

}  // namespace dynsessions::sandbox
