#pragma once

#include <sys/types.h>

#include "sandbox/base/unique_fd.h"

/// Trees like those of real sessions. They are mounted where no other process sees them, and end
/// with their descriptor. The descriptor is empty if the kernel or the rights of this process do
/// not allow a mount.
namespace dynsessions::workspace_files {

/// Returns a tree of 1 MiB and 16 inodes that belongs to the user of this process.
[[nodiscard]] UniqueFd small_tmpfs();

/// Returns the same, mounted inside a user namespace that maps no other user than `uid`.
[[nodiscard]] UniqueFd tmpfs_of_user_namespace(uid_t uid);

}  // namespace dynsessions::workspace_files
