#pragma once

#include <string>

#include <sys/types.h>

#include "emulator/base/error.h"
#include "emulator/workspace_files/session_files.h"
#include "sandbox/base/unique_fd.h"

/// All code of this directory opens files through these functions, and only these convert errno to
/// a message.
namespace dynsessions::workspace_files {

/// Calls openat2 so that it stays below `directory`: no `..` out of it, no absolute path, no
/// symbolic link in any component, no magic link of /proc. Opening never blocks (a pipe without a
/// writer opens at once) and never acquires a controlling terminal. Returns an empty descriptor,
/// and sets errno, on failure.
[[nodiscard]] UniqueFd open_beneath(int directory, const std::string& path, int flags,
                                    mode_t mode = 0);

/// The error for the client if the system refused an operation on `path`.
[[nodiscard]] Error file_error(int error_number, const DataPath& path);

[[nodiscard]] Error not_a_regular_file(const DataPath& path);

/// Describes `fd` as an entry named `path`. Returns `not_a_regular_file` unless it is a regular
/// file or a directory.
[[nodiscard]] Result<FileInfo> describe(int fd, const DataPath& path);

}  // namespace dynsessions::workspace_files
