#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sandbox/base/unique_fd.h"
#include "sandbox/kernel/mounts/root_layout.h"
#include "sandbox/process/step.h"

/// Landlock confines the files and signals of a session if there are no namespaces. Raw system
/// calls are used, because the C library has no wrappers. An ABI number describes the features of a
/// kernel; features beyond the ABI that is known here stay unused.
///
/// Landlock does not control a file's metadata, datagrams, paths of sockets and System V IPC;
/// seccomp_restricted.cpp does.
namespace dynsessions::sandbox {

/// Returns 0 if the kernel has no Landlock, has it switched off, or a container's filter hides it.
[[nodiscard]] int landlock_abi();

/// From this ABI on, a path that is opened for writing is protected against truncate(2).
inline constexpr int kLandlockWithTruncate = 3;
/// From this ABI on, signals and connections to abstract sockets cannot leave a domain.
inline constexpr int kLandlockWithScopes = 6;

/// Denies everything except: reading and executing the files that `layout` shows in a sandbox,
/// reading a few facts in /proc, using the devices of the layout, and all operations but making
/// device nodes below `directories`. Throws StepError.
[[nodiscard]] UniqueFd make_session_ruleset(std::span<const LayoutEntry> layout,
                                            const std::vector<std::string>& directories);

/// Denies only signals to processes outside the domain. Throws StepError. Requires
/// kLandlockWithScopes.
[[nodiscard]] UniqueFd make_signal_ruleset();

/// Both functions are async-signal-safe and also set no_new_privs. The caller's own directory in
/// /proc, at its present pid, can be read too.
StepResult enter_landlock(int session_ruleset);
StepResult enter_signal_scope(int signal_ruleset);

}  // namespace dynsessions::sandbox
