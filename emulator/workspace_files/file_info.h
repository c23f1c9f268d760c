#pragma once

#include <chrono>
#include <string>

#include <sys/stat.h>

#include "emulator/workspace_files/session_files.h"

/// Converts the kernel's data about an inode to the values that the API shows.
namespace dynsessions::workspace_files {

inline constexpr unsigned kStatxFields =
    STATX_TYPE | STATX_SIZE | STATX_MTIME | STATX_BTIME | STATX_INO;

/// Whether it is a regular file or a directory; the API shows nothing else.
[[nodiscard]] bool is_listable(const struct statx& status);

[[nodiscard]] FileInfo to_file_info(const struct statx& status, std::string name,
                                    std::string directory);

/// The creation time of the inode; the time of the last write if the file system does not store the
/// creation time.
[[nodiscard]] FileTime creation_time(const struct statx& status);

}  // namespace dynsessions::workspace_files
