#include "emulator/cures/cures.h"

#include <algorithm>
#include <array>

namespace dynsessions {
namespace {

/// Beginnings of the names of steps that fail only after the start, in single sessions.
constexpr std::string_view kZygote = "zygote";
constexpr std::string_view kInterpreterStart = "interpreter start";
constexpr std::string_view kLauncherReply = "launcher reply";

struct Cure {
  std::string_view step;  ///< beginning of its name
  const char* cure;
};

constexpr const char* kNamespaces =
    "allow unprivileged user namespaces (sysctl kernel.unprivileged_userns_clone=1, "
    "user.max_user_namespaces above 0; Ubuntu: kernel.apparmor_restrict_unprivileged_userns=0), "
    "or run as root; in Docker: --cap-add SYS_ADMIN --security-opt apparmor=unconfined "
    "--security-opt systempaths=unconfined";
constexpr const char* kBelow =
    "check the directories of --python: all users must be able to enter and read them";

constexpr const char* kMoreDescriptors =
    "raise the limit of open files (ulimit -Hn; systemd: LimitNOFILE=; docker: --ulimit nofile=), "
    "or lower --max-sessions";

/// Cures by the names of steps in sandbox/. The first matching row is used; the last one matches
/// all steps.
constexpr std::array kCures = {
    Cure{kOpenFiles, kMoreDescriptors},
    Cure{"mount /proc of the launcher",
         "this container masks /proc: podman run --security-opt unmask=ALL, docker run "
         "--security-opt systempaths=unconfined; or run as root with --cap-add SYS_ADMIN"},
    Cure{"unshare", kNamespaces},
    Cure{"clone", kNamespaces},
    Cure{"map ids", kNamespaces},
    Cure{"isolate mounts", kNamespaces},
    Cure{"mount tmpfs", "--data-quota-mb must fit into memory"},
    Cure{"mount", kNamespaces},
    Cure{"new root", kNamespaces},
    Cure{"change root", kNamespaces},
    Cure{"enter directories",
         "let all users enter that directory (chmod o+x), or move program, Python and packages to "
         "one that they can enter, such as /opt; or make the full tier possible"},
    Cure{"enter", kNamespaces},
    Cure{"bind target",
         "each session has its own /tmp, /proc, /dev and /mnt/data: --python must be elsewhere"},
    Cure{"open tree", kBelow},
    Cure{"lay out", kBelow},
    Cure{"egress: tun device",
         "load the module (modprobe tun) and let all users open it (chmod 666 /dev/net/tun); in "
         "Docker: --device /dev/net/tun"},
    Cure{"egress: needs a network namespace", "use EgressDisabled, or make the full tier possible"},
    Cure{"egress",
         "slirp4netns must be able to run here: see its message in the log, or use EgressDisabled"},
    Cure{"execute",
         "--python must name a program that all users can read and execute; with added packages, "
         "all users must be able to enter the directory of --state-dir"},
    Cure{"verify alive",
         "--python must name a Python interpreter; the program that it names exited at once"},
    Cure{"verify cgroups", "if --python names a Python that starts here: --control-groups off"},
    Cure{kZygote, "see --no-zygote"},
    Cure{kInterpreterStart, "check the environment given by --python"},
    Cure{kLauncherReply,
         "try again; if it lasts, the machine is overloaded or the process sandbox-launcher was "
         "stopped (kill -CONT)"},
    Cure{"profile", "use a shorter --preload"},
    Cure{"keyring", "end other sessions of this user, or raise sysctl kernel.keys.maxkeys"},
    Cure{"limits", "raise the limits that this shell has: ulimit -aH"},
    Cure{"landlock: ABI",
         "use Linux 6.12 or later; or start as root, so that each session gets its own user; or "
         "make the full tier possible"},
    Cure{"landlock: /", kBelow},
    Cure{"landlock",
         "use a kernel with Landlock (CONFIG_SECURITY_LANDLOCK, best 6.12 or later, and landlock "
         "among its lsm=) in a container that does not hide it; or make the full tier possible"},
    Cure{"session directory",
         "TMPDIR (or /tmp) must have room, and all users must be able to reach it"},
    Cure{"temporary directory", "TMPDIR (or /tmp) must be a directory that can be written"},
    Cure{"session users", "end some sessions, or lower --max-sessions"},
    Cure{"seccomp", "use a kernel with CONFIG_SECCOMP_FILTER; in Docker: seccomp=unconfined"},
    Cure{"",
         "this kernel or container forbids the step: run as root, or in Docker with --privileged"},
};

const Cure* find_cure(std::string_view step) {
  if (step.empty()) return nullptr;
  return std::find_if(kCures.begin(), kCures.end(),
                      [&](const Cure& row) { return step.starts_with(row.step); });
}

}  // namespace

std::string cure_of(const Error& error) {
  const Cure* cure = find_cure(error.step);
  return cure == nullptr ? error.reason : cure->cure;
}

std::string reason_of(const Error& error) {
  const Cure* cure = find_cure(error.step);
  constexpr std::array kOfSessions = {kZygote, kInterpreterStart, kLauncherReply, kOpenFiles};
  const bool is_of_sessions = cure != nullptr && std::find(kOfSessions.begin(), kOfSessions.end(),
                                                           cure->step) != kOfSessions.end();
  if (!is_of_sessions) return error.reason;
  return error.reason.empty() ? cure->cure : error.reason + "; " + cure->cure;
}

std::string_view reason_of(execution::SessionLimit limit) {
  switch (limit) {
    case execution::SessionLimit::memory:
      return "memory: the session exceeded its limit, see --memory-limit-mb";
    case execution::SessionLimit::files:
      return "files: the session exceeded its limit, see --data-quota-mb and "
             "--max-files; delete some";
  }
  return {};
}

}  // namespace dynsessions
