#pragma once

#include "sandbox/process/step.h"

/// What the kernel counts per user namespace (/proc/sys/user, namespaces(7)): inotify instances and
/// watches, and namespaces of each kind. It counts them in the parent namespace as well, with the
/// user who made this one, so a limit in here bounds what a session takes from that user.
namespace dynsessions::sandbox {

/// Async-signal-safe. Limits the counts of the caller's user namespace, in which it needs
/// CAP_SYS_RESOURCE. `proc/` below the working directory must be a writable procfs. A count that
/// this kernel lacks needs no limit.
StepResult limit_user_counts();

}  // namespace dynsessions::sandbox
