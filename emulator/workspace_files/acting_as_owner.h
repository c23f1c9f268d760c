#pragma once

#include "sandbox/base/acting_as.h"

namespace dynsessions::workspace_files {

/// With the rights of the owner of `root` from now on. Two reasons, both for a server that runs as
/// root:
/// - What it creates belongs to the session. Creating as root and giving away afterwards is not
///   possible: in a tmpfs that was mounted in the session's user namespace, where root has no id,
///   the kernel answers EOVERFLOW to every creation by root (seen on Linux 6.18).
/// - A path rule that we got wrong would open to the client what the session may open, not what
///   root may.
[[nodiscard]] ActingAs acting_as_owner(int root);

}  // namespace dynsessions::workspace_files
