#include "emulator/workspace_files/beneath.h"

#include <cstdint>
#include <system_error>

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "emulator/workspace_files/file_info.h"

namespace dynsessions::workspace_files {
namespace {

/// openat2 returns EAGAIN if a rename or a mount anywhere in the system happened during a walk, so
/// that the walk is not provably safe. The next try nearly always succeeds; the limit keeps hostile
/// code from making the loop endless.
constexpr int kMaxTries = 32;

std::string quoted(const DataPath& path) { return "'" + path.text() + "'"; }

}  // namespace

UniqueFd open_beneath(int directory, const std::string& path, int flags, mode_t mode) {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC);
  // O_PATH opens nothing, so it never blocks; openat2 refuses the combination.
  if ((flags & O_PATH) == 0) how.flags |= O_NONBLOCK | O_NOCTTY;
  how.mode = mode;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  for (int tries = 1;; ++tries) {
    const auto fd = ::syscall(SYS_openat2, directory, path.c_str(), &how, sizeof how);
    if (fd >= 0) return UniqueFd(static_cast<int>(fd));
    if (errno == EINTR) continue;
    if (errno != EAGAIN || tries == kMaxTries) return UniqueFd();
  }
}

Error not_a_regular_file(const DataPath& path) {
  return {ErrorCode::not_a_regular_file,
          quoted(path) + " in /mnt/data is not a regular file.",
          {},
          "directories, links, pipes, sockets and devices have no content to serve"};
}

Error file_error(int error_number, const DataPath& path) {
  const std::string reason = std::generic_category().message(error_number);
  switch (error_number) {
    case ENOENT:
    case ENOTDIR:
      return {
          ErrorCode::file_not_found, "There is no " + quoted(path) + " in /mnt/data.", {}, reason};
    case ELOOP:   // a link in the path
    case EXDEV:   // the path led out of the tree
    case ENXIO:   // a socket, or a pipe without a reader
    case EISDIR:  // also if a directory is in the place of the file
      return not_a_regular_file(path);
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return {ErrorCode::storage_full,
              "There is no room left for " + quoted(path) + ".",
              {},
              "the session's quota of /mnt/data is used up: delete files in it or raise the quota"};
    case EACCES:
    case EPERM:
      return invalid_request("The permissions of " + quoted(path) + " do not allow this.", {},
                             reason);
    case ENAMETOOLONG:
      return invalid_request("The path of " + quoted(path) + " is too long.", {}, reason);
    case EMFILE:
    case ENFILE:
      return no_descriptors();
    default:
      return {ErrorCode::internal, "The file " + quoted(path) + " cannot be used.", {}, reason};
  }
}

Result<FileInfo> describe(int fd, const DataPath& path) {
  struct statx status {};
  if (::statx(fd, "", AT_EMPTY_PATH, kStatxFields, &status) != 0) return file_error(errno, path);
  if (!is_listable(status)) return not_a_regular_file(path);
  if (path.is_root()) return to_file_info(status, ".", ".");
  return to_file_info(status, path.name(), path.parent().text());
}

}  // namespace dynsessions::workspace_files
