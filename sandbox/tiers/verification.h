#pragma once

#include "sandbox/base/user_ids.h"
#include "sandbox/kernel/namespaces/namespaces.h"

/// A look from outside at a process that claims to be confined. What the kernel says about it in
/// /proc counts, not what its set-up code believed. Part of every create and start; see
/// child_report.h for the other half.
namespace dynsessions::sandbox {

/// The name of the first thing that is not as it has to be, null when all is: alive, uid and gid,
/// five empty capability sets, no_new_privs, seccomp filter.
///
/// Whoever never had a capability keeps its bounding set: `Bounds::any`. no_new_privs makes it
/// moot.
enum class Bounds { none, any };
[[nodiscard]] const char* find_weakness(pid_t pid, uid_t uid, gid_t gid,
                                        Bounds bounds = Bounds::none);

/// The part of it that the insecure tier promises: those ids, no capability in use.
[[nodiscard]] const char* find_privilege(pid_t pid, uid_t uid, gid_t gid);

/// The same of a zygote that uses files as `files`: it keeps its user and, if that is another one,
/// the permission to change users. It has no filter and may have one thread only.
[[nodiscard]] const char* find_zygote_weakness(pid_t pid, UserIds files);

/// Also that it is in exactly these namespaces, none of which is the launcher's, and under another
/// root directory. Only for a process that did exec, or was forked from one that did after the
/// launcher became what it is: the memory of others is closed to an unprivileged one.
[[nodiscard]] const char* find_leak(pid_t pid, const NamespaceView& namespaces);

}  // namespace dynsessions::sandbox
