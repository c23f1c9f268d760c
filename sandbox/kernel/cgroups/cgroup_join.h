#pragma once

#include <span>
#include <vector>

#include <sys/types.h>

#include "sandbox/base/unique_fd.h"
#include "sandbox/process/step.h"

/// How a process joins the cgroups of a sandbox. Processes that it starts later inherit them, so
/// the helpers of interpreters join first, before any code of a session runs.
///
/// Moving another process, or a whole one, makes the kernel wait for all others (12 ms after a
/// pause, measured on 6.18). Two ways do not: a thread that moves itself by the file `tasks` of
/// version 1 (0.02 ms), and a child that is cloned into a group of version 2 (0.1 ms).
namespace dynsessions::sandbox {

/// Which of the two there can be: a process that is not the launcher's child, or has less rights,
/// cannot be born in a group of version 2, so what the zygote forks has to wait there. Files that
/// the launcher has opened count with its rights.
enum class Joining { as_child, by_itself };

/// The way into a sandbox's cgroups; empty if it has none.
struct CgroupJoin {
  std::vector<UniqueFd> files;  ///< a process joins by writing 0 to each
  UniqueFd directory;           ///< a group of version 2 that children can be born in
};

/// Async-signal-safe; the caller has one thread.
StepResult join_groups(std::span<const UniqueFd> files);

/// As clone_process(); the child is born in `entrance.directory`, if there is one, and has yet to
/// join by the files.
pid_t clone_process_into(const CgroupJoin& entrance, unsigned long flags);

}  // namespace dynsessions::sandbox
