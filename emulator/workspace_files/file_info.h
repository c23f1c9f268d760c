#pragma once

#include <chrono>
#include <string>

#include <sys/stat.h>

#include "emulator/workspace_files/session_files.h"

/// From what the kernel says about an inode to what the API shows.
namespace dynsessions::workspace_files {

inline constexpr unsigned kStatxFields =
    STATX_TYPE | STATX_SIZE | STATX_MTIME | STATX_BTIME | STATX_INO;

/// A regular file or a directory; the API has nothing to say about anything else.
[[nodiscard]] bool is_listable(const struct statx& status);

[[nodiscard]] FileInfo to_file_info(const struct statx& status, std::string name,
                                    std::string directory);

/// When the inode was made; when it was last written, on a file system that does not remember.
[[nodiscard]] FileTime born(const struct statx& status);

}  // namespace dynsessions::workspace_files
