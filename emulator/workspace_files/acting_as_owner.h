#pragma once

#include "sandbox/base/acting_as.h"

namespace dynsessions::workspace_files {

/// Acts with the rights of the owner of `root` until the returned object is destroyed. There are
/// two reasons, both for a server that runs as root:
/// - The files that it creates belong to the session. Creating as root and giving away afterwards
///   is not possible: in a tmpfs that was mounted in the session's user namespace, where root has
///   no id, the kernel answers EOVERFLOW to every creation by root (seen on Linux 6.18).
/// - A mistake in the path rules would open only files that the session can open, not files that
///   root can open.
[[nodiscard]] ActingAs acting_as_owner(int root);

}  // namespace dynsessions::workspace_files
