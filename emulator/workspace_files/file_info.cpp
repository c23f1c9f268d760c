#include "emulator/workspace_files/file_info.h"

#include <utility>

namespace dynsessions::workspace_files {
namespace {

/// The swagger's examples show this size for every directory (CONTRACT.md section 2.5); what a
/// tmpfs says (bytes of its entries) would only puzzle.
constexpr std::uint64_t kDirectorySize = 4096;

std::chrono::system_clock::time_point to_time_point(const statx_timestamp& stamp) {
  return std::chrono::system_clock::time_point(std::chrono::seconds(stamp.tv_sec) +
                                               std::chrono::nanoseconds(stamp.tv_nsec));
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
          .modified = to_time_point(status.stx_mtime)};
}

std::chrono::system_clock::time_point born(const struct statx& status) {
  const bool remembered = (status.stx_mask & STATX_BTIME) != 0;
  return to_time_point(remembered ? status.stx_btime : status.stx_mtime);
}

}  // namespace dynsessions::workspace_files
