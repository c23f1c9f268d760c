#pragma once

#include "sandbox/base/unique_fd.h"
#include "sandbox/kernel/cgroups/cgroups.h"
#include "sandbox/plan/sandbox_plan.h"

/// Prepares the launcher's process to make sandboxes. All functions throw std::system_error.
namespace dynsessions::sandbox {

/// Resets inherited state: descriptors other than stderr and `control`, signal dispositions and
/// masks, the terminal, the umask, a low descriptor limit, root's groups.
void reset_inherited_state(int control);

/// Whether this process has the rights of root that this tier needs.
[[nodiscard]] LauncherUser detect_user(Tier tier);

/// Below the full tier there are no namespaces that could end with the launcher: it adopts the
/// orphans of its sessions, and exits when its socket closes.
void become_reaper();

/// Enters an outer PID and mount namespace (for an ordinary user with a user namespace around them)
/// and forks: the caller that returns is PID 1 in it. The outer process stays behind, waits, and
/// exits with the same status after closing `control`. Each process dies with its parent, whatever
/// the cause: server, outer process, launcher, sandboxes. When all of them have ended, the outer
/// process removes their cgroups.
void become_outer_init(LauncherUser user, int control, const Cgroups& groups);

/// Returns a non-blocking signalfd for SIGCHLD, which is blocked from then on.
[[nodiscard]] UniqueFd watch_children();

}  // namespace dynsessions::sandbox
