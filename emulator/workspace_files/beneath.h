#pragma once

#include <string>

#include <sys/types.h>

#include "emulator/base/error.h"
#include "emulator/workspace_files/session_files.h"
#include "sandbox/base/unique_fd.h"

/// The one way by which this directory opens anything, and the one place that turns errno into
/// words.
namespace dynsessions::workspace_files {

/// openat2 that stays below `directory`: no `..` out of it, no absolute path, no symbolic link on
/// the way or at the end, no magic link of /proc. Opening waits for nothing (a pipe without a
/// writer opens at once) and makes no terminal ours. No descriptor, and errno, on failure.
[[nodiscard]] UniqueFd open_beneath(int directory, const std::string& path, int flags,
                                    mode_t mode = 0);

/// What the client is told when the system refused something about `path`.
[[nodiscard]] Error file_error(int error_number, const DataPath& path);

[[nodiscard]] Error not_a_regular_file(const DataPath& path);

/// What `fd` is, as an entry called `path`; `not_a_regular_file` for what is neither a regular file
/// nor a directory.
[[nodiscard]] Result<FileInfo> describe(int fd, const DataPath& path);

}  // namespace dynsessions::workspace_files
