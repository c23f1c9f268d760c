#pragma once

#include <span>
#include <vector>

#include <sys/types.h>

#include "sandbox/base/unique_fd.h"
#include "sandbox/steps/step.h"

/// How a process gets into the control groups of a sandbox. What it starts afterwards is in them
/// too, so the helpers of interpreters go first, before there is anything of a session's.
///
/// Moving another process, or a whole one, makes the kernel wait for all others (12 ms after a
/// pause, measured on 6.18). Two ways do not: a thread that moves itself by the file `tasks` of
/// version 1 (0.02 ms), and a child that is born in a group of version 2 (0.1 ms).
namespace dynsessions::sandbox {

/// Which of the two there can be: a process that is not the launcher's child, or has less rights,
/// cannot be born in a group of version 2, so what the zygote forks has to wait there. Files that
/// the launcher has opened count with its rights.
enum class Joining { as_child, by_itself };

/// Empty: there are no groups.
struct GroupEntrance {
  std::vector<UniqueFd> files;  ///< whoever writes 0 to each is in
  UniqueFd directory;           ///< a group of version 2 that children can be born in
};

/// Async-signal-safe; the caller has one thread.
StepResult join_groups(std::span<const UniqueFd> files);

/// As clone_process(); the child is born in `entrance.directory`, if there is one, and has yet to
/// join by the files.
pid_t clone_process_into(const GroupEntrance& entrance, unsigned long flags);

}  // namespace dynsessions::sandbox
