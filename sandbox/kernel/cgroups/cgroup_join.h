#pragma once

#include <span>
#include <vector>

#include <sys/types.h>

#include "sandbox/base/unique_fd.h"
#include "sandbox/process/step.h"

/// How a process joins the cgroups of a sandbox. Processes that it starts later inherit them, so
/// the helpers of interpreters join first, before any code of a session runs.
///
/// Moving another process, or all threads of a process, makes the kernel wait for all others (12 ms
/// after a pause, measured on 6.18). Two methods avoid this: a thread that moves itself through the
/// file `tasks` of version 1 (0.02 ms), and a child that is cloned into a group of version 2 (0.1
/// ms).
namespace dynsessions::sandbox {

/// The possible methods. A process that is not the launcher's child, or has fewer rights, cannot be
/// cloned into a group of version 2, so processes that the zygote forks have to wait there. Files
/// that the launcher has opened keep its rights.
enum class Joining { as_child, by_itself };

/// The files through which a process joins a sandbox's cgroups; empty if it has none.
struct CgroupJoin {
  std::vector<UniqueFd> files;  ///< a process joins by writing 0 to each
  UniqueFd directory;           ///< a group of version 2 into which children can be cloned
};

/// Async-signal-safe; the caller must have only one thread.
StepResult join_groups(std::span<const UniqueFd> files);

/// Like clone_process(), but the child starts in `groups.directory`, if there is one, and must
/// then join through the files.
pid_t clone_process_into(const CgroupJoin& groups, unsigned long flags);

}  // namespace dynsessions::sandbox
