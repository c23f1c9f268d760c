#include <limits>
#include <utility>

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "emulator/workspace_files/acting_as_owner.h"
#include "emulator/workspace_files/beneath.h"
#include "sandbox/files/directory_walk.h"

namespace dynsessions::workspace_files {
namespace {

constexpr mode_t kDirectoryMode = 0755;

UniqueFd duplicate_directory(int fd) { return UniqueFd(::fcntl(fd, F_DUPFD_CLOEXEC, 0)); }

/// The session's directories must not depend on the server's umask. The umask can even forbid
/// opening the new directory, so its mode is set through an O_PATH descriptor.
bool set_directory_mode(int directory) {
  const std::string link = "/proc/self/fd/" + std::to_string(directory);
  return ::chmod(link.c_str(), kDirectoryMode) == 0;
}

/// Opens the directory `name` in `parent`, which is made if it is missing.
UniqueFd enter_directory(int parent, const std::string& name) {
  constexpr int kFlags = O_PATH | O_DIRECTORY;
  UniqueFd directory = open_beneath(parent, name, kFlags);
  if (directory || errno != ENOENT) return directory;
  const bool made = ::mkdirat(parent, name.c_str(), kDirectoryMode) == 0;
  if (!made && errno != EEXIST) return UniqueFd();
  directory = open_beneath(parent, name, kFlags);
  if (directory && made && !set_directory_mode(directory.get())) return UniqueFd();
  return directory;
}

UniqueFd enter_directories(int root, const DataPath& path) {
  UniqueFd directory = duplicate_directory(root);
  for (const std::string& name : path.components()) {
    if (!directory) break;
    directory = enter_directory(directory.get(), name);
  }
  return directory;
}

/// Counts no further than the quota. If the program moves directories in the meantime, the count is
/// incomplete: the launcher limits that (disk_watch.h).
sandbox::DirectoryUsage usage_of(int root, const Quota& quota) {
  constexpr std::size_t kNamesAtOnce = 4096;
  sandbox::DirectoryWalk walk(root);
  while (walk.visit(kNamesAtOnce) == sandbox::DirectoryWalk::State::under_way &&
         !walk.found().exceeds({quota.bytes, quota.files})) {
  }
  return walk.found();
}

/// Returns the number of bytes that one more file can have, or nullopt if the quota has no room for
/// a file.
std::optional<std::uint64_t> room_for_file(int root, const std::optional<Quota>& quota) {
  if (!quota) return std::numeric_limits<std::uint64_t>::max();
  const sandbox::DirectoryUsage used = usage_of(root, *quota);
  if (used.files >= quota->files || used.bytes >= quota->bytes) return std::nullopt;
  return quota->bytes - used.bytes;
}

}  // namespace

Result<void> make_directory(int root, const DataPath& path) {
  const ActingAs owner = acting_as_owner(root);
  if (!enter_directories(root, path)) return file_error(errno, path);
  return {};
}

Upload::Upload(int root, TemporaryFile file, DataPath path, std::uint64_t room)
    : root_(root), file_(std::move(file)), path_(std::move(path)), room_(room) {}

Result<Upload> Upload::begin(int root, const DataPath& path, const std::optional<Quota>& quota) {
  if (path.is_root()) return not_a_regular_file(path);
  const ActingAs owner = acting_as_owner(root);
  const auto room = room_for_file(root, quota);
  if (!room) return file_error(EDQUOT, path);
  TemporaryFile file = TemporaryFile::create(root);
  if (!file) return file_error(errno, path);
  return Upload(root, std::move(file), path, *room);
}

Result<void> Upload::write(std::span<const char> bytes) {
  if (bytes.size() > room_) return file_error(EDQUOT, path_);
  room_ -= bytes.size();
  while (!bytes.empty()) {
    const auto written = ::write(file_.fd(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return file_error(errno, path_);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

Result<FileInfo> Upload::commit() {
  const ActingAs owner = acting_as_owner(root_);
  const UniqueFd directory = enter_directories(root_, path_.parent());
  if (!directory) return file_error(errno, path_);
  if (!file_.place(directory.get(), path_.name())) return file_error(errno, path_);
  return describe(file_.fd(), path_);
}

}  // namespace dynsessions::workspace_files
