#pragma once

#include "sandbox/base/unique_fd.h"

namespace dynsessions {

/// Opens a file without a name for reading and writing: in the temporary directory, or in memory
/// (memfd_create(2)) if that directory cannot be used. On failure returns no descriptor and sets
/// errno. Blocks.
[[nodiscard]] UniqueFd open_unnamed_file();

}  // namespace dynsessions
