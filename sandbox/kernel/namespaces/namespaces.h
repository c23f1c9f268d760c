#pragma once

#include <array>
#include <cstdint>
#include <string>

#include <sched.h>
#include <sys/types.h>

#include "sandbox/base/unique_fd.h"
#include "sandbox/process/step.h"

/// Linux namespaces: functions to make them, to map ids into them, and to enter them again.
namespace dynsessions::sandbox {

/// The user of a session's code inside its sandbox. Only this id is mapped; no other exists there.
inline constexpr uid_t kInsideUid = 1000;
inline constexpr gid_t kInsideGid = 1000;

inline constexpr int kSandboxNamespaces = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS |
                                          CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS |
                                          CLONE_NEWCGROUP;
/// The namespaces that the first process in a sandbox starts with. The cgroup namespace shows the
/// cgroup of its creator as `/`, so the process makes it after it has joined its group.
inline constexpr int kFirstProcessNamespaces = kSandboxNamespaces & ~CLONE_NEWCGROUP;

struct NamespaceKind {
  const char* name;  ///< file in /proc/PID/ns
  int flag;
};

/// In the order to enter them: the user namespace is first, because it gives the right to enter the
/// others.
inline constexpr std::array<NamespaceKind, 7> kNamespaceKinds{{{"user", CLONE_NEWUSER},
                                                               {"pid", CLONE_NEWPID},
                                                               {"mnt", CLONE_NEWNS},
                                                               {"net", CLONE_NEWNET},
                                                               {"ipc", CLONE_NEWIPC},
                                                               {"uts", CLONE_NEWUTS},
                                                               {"cgroup", CLONE_NEWCGROUP}}};

/// Handles of the namespaces of one process, in the order of kNamespaceKinds. They must be opened
/// while the process still waits: once it is not dumpable, an unprivileged launcher cannot read its
/// /proc or enter by its pidfd.
using NamespaceHandles = std::array<UniqueFd, kNamespaceKinds.size()>;

/// The same as borrowed descriptors: some handles of a jail are its own, others belong to its
/// sandbox.
using NamespaceView = std::array<int, kNamespaceKinds.size()>;
/// Takes each handle from `first` if it is there, otherwise from `second`.
[[nodiscard]] NamespaceView view_of(const NamespaceHandles& first, const NamespaceHandles& second);
[[nodiscard]] inline NamespaceView view_of(const NamespaceHandles& handles) {
  return view_of(handles, handles);
}

/// Whether this process can make namespaces and map any id without a user namespace.
[[nodiscard]] bool has_real_root();

/// Whether this process can start others as any user, give files to them and end them.
[[nodiscard]] bool can_change_users();

/// Whether this process has rights over a user namespace that another user owns: to inspect its
/// processes and to end them. Owners have these rights without any capability outside.
[[nodiscard]] bool can_control_foreign_namespaces();

/// The capabilities, such as "CAP_KILL, CAP_CHOWN", that a root process lacks to be a launcher that
/// gives each session a separate user: in the full tier (can_control_foreign_namespaces()), or
/// below it (can_change_users()). Empty if it lacks none, and for other users.
[[nodiscard]] std::string missing_for_separate_users(bool full_tier);

/// Maps `inside` to `outside` for that process and forbids setgroups in its user namespace.
StepResult write_id_maps(pid_t pid, uid_t inside_uid, uid_t outside_uid, gid_t inside_gid,
                         gid_t outside_gid);

/// Opens the namespaces in `kinds` (CLONE_NEW flags).
StepResult open_namespaces(pid_t pid, int kinds, NamespaceHandles& handles);

/// Async-signal-safe. Enters the namespaces in `kinds` (CLONE_NEW flags). As always, the PID
/// namespace takes effect for children only.
StepResult enter_namespaces(const NamespaceView& handles, int kinds);

/// Async-signal-safe. Call it inside: code expects an answer from 127.0.0.1, and there is no other
/// interface.
StepResult bring_loopback_up();

}  // namespace dynsessions::sandbox
