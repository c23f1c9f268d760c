#pragma once

#include <array>
#include <cstdint>

#include <sched.h>

#include <sys/types.h>

#include "sandbox/base/unique_fd.h"
#include "sandbox/process/step.h"

/// Linux namespaces: making them, mapping ids into them, entering them again.
namespace dynsessions::sandbox {

/// Who a session's code is inside its sandbox. One id is mapped; no other exists there.
inline constexpr uid_t kInsideUid = 1000;
inline constexpr gid_t kInsideGid = 1000;

inline constexpr int kSandboxNamespaces = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS |
                                          CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS |
                                          CLONE_NEWCGROUP;
/// Those that the first process in a sandbox is born with. The last one shows the cgroup of
/// whoever makes it as `/`, so it comes when that process has joined its group.
inline constexpr int kFirstProcessNamespaces = kSandboxNamespaces & ~CLONE_NEWCGROUP;

struct NamespaceKind {
  const char* name;  ///< in /proc/PID/ns
  int flag;
};

/// In the order to enter them: the user namespace first, because it gives the right to the others.
inline constexpr std::array<NamespaceKind, 7> kNamespaceKinds{{{"user", CLONE_NEWUSER},
                                                               {"pid", CLONE_NEWPID},
                                                               {"mnt", CLONE_NEWNS},
                                                               {"net", CLONE_NEWNET},
                                                               {"ipc", CLONE_NEWIPC},
                                                               {"uts", CLONE_NEWUTS},
                                                               {"cgroup", CLONE_NEWCGROUP}}};

/// Handles of the namespaces of one process, in the order of kNamespaceKinds. They are opened while
/// it still waits: once it is not dumpable, an unprivileged launcher may no longer look into its
/// /proc, nor enter by its pidfd.
using NamespaceHandles = std::array<UniqueFd, kNamespaceKinds.size()>;

/// The same as borrowed descriptors: those of a jail are partly its own, partly its sandbox's.
using NamespaceView = std::array<int, kNamespaceKinds.size()>;
/// `first` where it has a handle, otherwise `second`.
[[nodiscard]] NamespaceView view_of(const NamespaceHandles& first, const NamespaceHandles& second);
[[nodiscard]] inline NamespaceView view_of(const NamespaceHandles& handles) {
  return view_of(handles, handles);
}

/// Whether this process may make namespaces and map any id without a user namespace's help.
[[nodiscard]] bool has_real_root();

/// Whether this process may start others as any user, give files to them and end them.
[[nodiscard]] bool can_change_users();

/// Whether this process keeps its rights over a user namespace that another user owns: to look at
/// processes in it and to end them. Owners have these rights without any capability outside.
[[nodiscard]] bool can_rule_foreign_namespaces();

/// Maps `inside` to `outside` for that process, and forbids setgroups in its user namespace.
StepResult write_id_maps(pid_t pid, uid_t inside_uid, uid_t outside_uid, gid_t inside_gid,
                         gid_t outside_gid);

/// Opens those of `kinds` (CLONE_NEW flags).
StepResult open_namespaces(pid_t pid, int kinds, NamespaceHandles& handles);

/// Async-signal-safe. Enters those of `kinds` (CLONE_NEW flags). The PID namespace takes effect for
/// children only, as always.
StepResult enter_namespaces(const NamespaceView& handles, int kinds);

/// Async-signal-safe, inside: code expects 127.0.0.1 to answer, there is no other interface.
StepResult bring_loopback_up();

}  // namespace dynsessions::sandbox
