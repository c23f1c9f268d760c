#include "emulator/workspace_files/file_info.h"

#include <utility>

namespace dynsessions::workspace_files {
namespace {

/// The swagger's examples show this size for every directory (CONTRACT.md section 2.5). The size
/// that a tmpfs reports is not shown.
constexpr std::uint64_t kDirectorySize = 4096;

constexpr std::chrono::sys_seconds kEarliest = std::chrono::sys_days{std::chrono::year{1} / 1 / 1};
constexpr std::chrono::sys_seconds kLatest =
    std::chrono::sys_days{std::chrono::year{10000} / 1 / 1} - std::chrono::seconds(1);

/// Programs can set any time; times outside .NET's range become the nearest time in it.
FileTime to_file_time(const statx_timestamp& stamp) {
  const std::chrono::sys_seconds seconds{std::chrono::seconds(stamp.tv_sec)};
  if (seconds < kEarliest) return kEarliest;
  if (seconds > kLatest) return FileTime(kLatest) + std::chrono::seconds(1) - FileTime::duration(1);
  const std::chrono::nanoseconds fraction(stamp.tv_nsec);
  return seconds + std::chrono::duration_cast<FileTime::duration>(fraction);
}

}  // namespace

bool is_listable(const struct statx& status) {
  return S_ISREG(status.stx_mode) || S_ISDIR(status.stx_mode);
}

FileInfo to_file_info(const struct statx& status, std::string name, std::string directory) {
  const bool is_directory = S_ISDIR(status.stx_mode);
  return {.name = std::move(name),
          .directory = std::move(directory),
          .is_directory = is_directory,
          .size = is_directory ? kDirectorySize : status.stx_size,
          .modified = to_file_time(status.stx_mtime)};
}

FileTime creation_time(const struct statx& status) {
  const bool remembered = (status.stx_mask & STATX_BTIME) != 0;
  return to_file_time(remembered ? status.stx_btime : status.stx_mtime);
}

}  // namespace dynsessions::workspace_files
