#pragma once

#include "sandbox/base/user_ids.h"
#include "sandbox/kernel/namespaces/namespaces.h"

/// Inspects from outside a process that claims to be confined. It relies on the kernel's data in
/// /proc, not on the process's own set-up code. Part of every creation and start; child_report.h is
/// the other half.
namespace dynsessions::sandbox {

/// Returns the name of the first property that is wrong; null if all are right: alive, uid and gid,
/// five empty capability sets, no_new_privs, seccomp filter.
///
/// A process that never had a capability keeps its bounding set: `Bounds::any`. no_new_privs makes
/// that set useless.
enum class Bounds { none, any };
[[nodiscard]] const char* find_weakness(pid_t pid, uid_t uid, gid_t gid,
                                        Bounds bounds = Bounds::none);

/// The part of the check that applies to the insecure tier: the ids, and no effective capability.
[[nodiscard]] const char* find_privilege(pid_t pid, uid_t uid, gid_t gid);

/// The same check for a zygote that uses files as `files`: it keeps its user and, if `files` is
/// another one, the permission to change users. It has no filter and must have only one thread.
[[nodiscard]] const char* find_zygote_weakness(pid_t pid, UserIds files);

/// Also checks that the process is in exactly these namespaces, none of which is the launcher's,
/// and has another root directory. Works only for a process that did exec, or was forked from one
/// that did after the launcher got its present rights: an unprivileged launcher cannot inspect the
/// memory of other processes.
[[nodiscard]] const char* find_leak(pid_t pid, const NamespaceView& namespaces);

}  // namespace dynsessions::sandbox
