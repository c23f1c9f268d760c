#include "sandbox/kernel/namespaces/user_counts.h"

#include <cstring>

#include <fcntl.h>
#include <unistd.h>

namespace dynsessions::sandbox {
namespace {

struct UserCount {
  const char* path;
  const char* most;
};

/// Each jail has a PID namespace and a mount namespace, and the kernel still counts those of an
/// ended jail until it has freed them. The sandbox's other namespaces exist already and get no
/// others. A program that watches files has one instance; hosts allow a user 128.
constexpr UserCount kCounts[] = {
    {"proc/sys/user/max_inotify_instances", "16"}, {"proc/sys/user/max_inotify_watches", "8192"},
    {"proc/sys/user/max_pid_namespaces", "64"},    {"proc/sys/user/max_mnt_namespaces", "64"},
    {"proc/sys/user/max_user_namespaces", "0"},    {"proc/sys/user/max_net_namespaces", "0"},
    {"proc/sys/user/max_ipc_namespaces", "0"},     {"proc/sys/user/max_uts_namespaces", "0"},
    {"proc/sys/user/max_cgroup_namespaces", "0"},  {"proc/sys/user/max_time_namespaces", "0"}};

StepResult set(const UserCount& count) {
  const int file = ::open(count.path, O_WRONLY | O_CLOEXEC);
  if (file < 0) return errno == ENOENT ? StepResult{} : StepResult{errno, count.path};
  const StepResult result = checked(::write(file, count.most, std::strlen(count.most)), count.path);
  ::close(file);
  return result;
}

}  // namespace

StepResult limit_user_counts() {
  for (const UserCount& count : kCounts) {
    const StepResult result = set(count);
    if (!result.ok()) return result;
  }
  return {};
}

}  // namespace dynsessions::sandbox
