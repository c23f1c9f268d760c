#include "sandbox/kernel/cgroups/cgroup_join.h"

#include <csignal>

#include <linux/sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox/kernel/namespaces/namespaces.h"
#include "sandbox/process/clone_process.h"

namespace dynsessions::sandbox {

StepResult join_groups(std::span<const UniqueFd> files) {
  for (const UniqueFd& file : files) {
    if (::write(file.get(), "0", 1) < 0) return {errno, nullptr};
  }
  return {};
}

pid_t clone_process_into(const CgroupJoin& groups, unsigned long flags) {
  if (!groups.directory) return clone_process(flags);
  clone_args arguments{};
  arguments.flags = flags | CLONE_INTO_CGROUP;
  arguments.exit_signal = (flags & CLONE_PARENT) != 0 ? 0 : SIGCHLD;  // see clone_process.cpp
  arguments.cgroup = static_cast<std::uint64_t>(groups.directory.get());
  return static_cast<pid_t>(::syscall(SYS_clone3, &arguments, sizeof(arguments)));
}

}  // namespace dynsessions::sandbox
