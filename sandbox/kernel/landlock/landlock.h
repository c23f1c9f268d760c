#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sandbox/base/unique_fd.h"
#include "sandbox/kernel/mounts/root_layout.h"
#include "sandbox/process/step.h"

/// Landlock: what confines the files and signals of a session where there are no namespaces. Raw
/// system calls, because the C library has none. What a kernel offers is known by its ABI number;
/// what it offers beyond the ABI that is known here stays unused.
///
/// It says nothing about a file's metadata, datagrams, paths of sockets and System V IPC: those are
/// for seccomp_restricted.cpp.
namespace dynsessions::sandbox {

/// 0 when the kernel has none, has it switched off, or a container's filter hides it.
[[nodiscard]] int landlock_abi();

/// From here on a path that is opened for writing cannot be cut by truncate(2).
inline constexpr int kLandlockWithTruncate = 3;
/// From here on no signal leaves a domain, and no abstract socket.
inline constexpr int kLandlockWithScopes = 6;

/// Everything is denied but: reading and executing what `layout` shows in a sandbox and a few facts
/// in /proc, using its devices, and all but device nodes below `directories`. Throws StepError.
[[nodiscard]] UniqueFd make_session_ruleset(std::span<const LayoutEntry> layout,
                                            const std::vector<std::string>& directories);

/// Denies only to signal who is outside. Throws StepError; only with kLandlockWithScopes.
[[nodiscard]] UniqueFd make_signal_ruleset();

/// Async-signal-safe, both; no_new_privs is set with it. The caller's own /proc/self, as it is
/// named now, can be read too.
StepResult enter_landlock(int session_ruleset);
StepResult enter_signal_scope(int signal_ruleset);

}  // namespace dynsessions::sandbox
