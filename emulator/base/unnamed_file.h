#pragma once

#include "sandbox/base/unique_fd.h"

namespace dynsessions {

/// A file without a name, for reading and writing: in the temporary directory, or in memory
/// (memfd_create(2)) where that cannot hold one. No descriptor, and errno, on failure. Blocks.
[[nodiscard]] UniqueFd open_unnamed_file();

}  // namespace dynsessions
