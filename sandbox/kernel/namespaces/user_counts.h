#pragma once

#include "sandbox/process/step.h"

/// Limits of what the kernel counts per user namespace (/proc/sys/user, namespaces(7)): inotify
/// instances and watches, and namespaces of each kind. It also counts them in the parent namespace
/// for the user who made this one, so a limit here also bounds a session's share of that user's
/// limit.
namespace dynsessions::sandbox {

/// Async-signal-safe. Limits the counts of the caller's user namespace, in which it needs
/// CAP_SYS_RESOURCE. `proc/` below the working directory must be a writable procfs. Counts that
/// this kernel lacks are skipped.
StepResult limit_user_counts();

}  // namespace dynsessions::sandbox
