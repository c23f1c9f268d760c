#include "sandbox/kernel/rlimits/resource_limits.h"

#include <algorithm>

namespace dynsessions::sandbox {

ResourceLimits resource_limits(const Limits& limits) {
  constexpr rlim_t kMiB = rlim_t{1} << 20;
  const rlim_t largest_directory =
      std::max({limits.data_bytes, limits.tmp_bytes, limits.shared_memory_bytes});
  return {{
      // 1 and not 0, because a core_pattern that pipes to a handler on the host ignores 0 but obeys
      // 1.
      {RLIMIT_CORE, 1, "RLIMIT_CORE"},
      {RLIMIT_NOFILE, limits.open_files, "RLIMIT_NOFILE"},
      // Prevents huge sparse files. It is higher than the quotas, so that a full directory returns
      // ENOSPC and not EFBIG.
      {RLIMIT_FSIZE, 2 * largest_directory, "RLIMIT_FSIZE"},
      {RLIMIT_NPROC, limits.processes, "RLIMIT_NPROC"},
      {RLIMIT_STACK, 8 * kMiB, "RLIMIT_STACK"},
      {RLIMIT_MEMLOCK, kMiB / 16, "RLIMIT_MEMLOCK"},
      {RLIMIT_MSGQUEUE, 0, "RLIMIT_MSGQUEUE"},  // no limit counts the kernel memory of POSIX queues
      // Queued signals and POSIX timers of all processes of the session's user. Hosts allow a user
      // some ten thousand.
      {RLIMIT_SIGPENDING, 1024, "RLIMIT_SIGPENDING"},
      {RLIMIT_RTPRIO, 0, "RLIMIT_RTPRIO"},
      {RLIMIT_NICE, 0, "RLIMIT_NICE"},
      // Limits private writable memory of one process, even if a cgroup limits the memory of all.
      // An object that is too large then causes a MemoryError, and the interpreter keeps its
      // variables, while the group could only kill it. RLIMIT_AS is not used: allocators and
      // runtimes reserve far more than they use, and would fail without need.
      {RLIMIT_DATA, limits.memory_bytes, "RLIMIT_DATA"},
  }};
}

StepResult apply_limits(std::span<const ResourceLimit> limits) {
  for (const auto& [resource, value, name] : limits) {
    rlimit current{};
    if (::getrlimit(resource, &current) < 0) return {errno, name};
    const rlim_t bound = std::min(value, current.rlim_max);
    const rlimit wanted{bound, bound};
    if (::setrlimit(resource, &wanted) < 0) return {errno, name};
  }
  return {};
}

}  // namespace dynsessions::sandbox
