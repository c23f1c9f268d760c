#pragma once

#include <sys/types.h>

#include "sandbox/base/unique_fd.h"

/// Trees like those of real sessions. They are mounted where nobody sees them, and end with their
/// descriptor. No descriptor where the kernel or our rights do not allow it.
namespace dynsessions::workspace_files {

/// 1 MiB and 16 inodes, of our own user.
[[nodiscard]] UniqueFd small_tmpfs();

/// The same, mounted inside a user namespace that knows no other user than `uid`.
[[nodiscard]] UniqueFd tmpfs_of_user_namespace(uid_t uid);

}  // namespace dynsessions::workspace_files
