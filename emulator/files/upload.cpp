#include <limits>
#include <utility>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <sys/stat.h>

#include "emulator/files/acting_as_owner.h"
#include "emulator/files/beneath.h"
#include "sandbox/folders/folder_walk.h"

namespace dynsessions::files {
namespace {

constexpr mode_t kFolderMode = 0755;

UniqueFd duplicate(int fd) { return UniqueFd(::fcntl(fd, F_DUPFD_CLOEXEC, 0)); }

/// The umask is the server's, and not the session's affair. It may even have left us without the
/// right to open what we made, so the way is the one that leads from an O_PATH descriptor.
bool set_folder_mode(int folder) {
  const std::string link = "/proc/self/fd/" + std::to_string(folder);
  return ::chmod(link.c_str(), kFolderMode) == 0;
}

/// Opens the folder `name` in `parent`, which is made if it is missing.
UniqueFd enter_folder(int parent, const std::string& name) {
  constexpr int kFlags = O_PATH | O_DIRECTORY;
  UniqueFd folder = open_beneath(parent, name, kFlags);
  if (folder || errno != ENOENT) return folder;
  const bool made = ::mkdirat(parent, name.c_str(), kFolderMode) == 0;
  if (!made && errno != EEXIST) return UniqueFd();
  folder = open_beneath(parent, name, kFlags);
  if (folder && made && !set_folder_mode(folder.get())) return UniqueFd();
  return folder;
}

UniqueFd enter_folders(int root, const DataPath& path) {
  UniqueFd folder = duplicate(root);
  for (const std::string& name : path.components()) {
    if (!folder) break;
    folder = enter_folder(folder.get(), name);
  }
  return folder;
}

/// Not further than to the quota. Whoever moves folders about meanwhile is not counted to the end:
/// the launcher sees to them (disk_watch.h).
sandbox::FolderUsage usage_of(int root, const Quota& quota) {
  constexpr std::size_t kNamesAtOnce = 4096;
  sandbox::FolderWalk walk(root);
  while (walk.go_on(kNamesAtOnce) == sandbox::FolderWalk::State::under_way &&
         !walk.found().exceeds({quota.bytes, quota.files})) {
  }
  return walk.found();
}

/// Bytes that may be added, with one file; nothing when that is too much already.
std::optional<std::uint64_t> room_for_file(int root, const std::optional<Quota>& quota) {
  if (!quota) return std::numeric_limits<std::uint64_t>::max();
  const sandbox::FolderUsage used = usage_of(root, *quota);
  if (used.files >= quota->files || used.bytes >= quota->bytes) return std::nullopt;
  return quota->bytes - used.bytes;
}

}  // namespace

Upload::Upload(UniqueFd root, TemporaryFile file, DataPath path, std::uint64_t room)
    : root_(std::move(root)), file_(std::move(file)), path_(std::move(path)), room_(room) {}

Result<Upload> Upload::begin(int root, const DataPath& path, const std::optional<Quota>& quota) {
  if (path.is_root()) return not_a_regular_file(path);
  const ActingAs owner = acting_as_owner(root);
  const auto room = room_for_file(root, quota);
  if (!room) return file_error(EDQUOT, path);
  UniqueFd own_root = duplicate(root);
  if (!own_root) return file_error(errno, path);
  TemporaryFile file = TemporaryFile::create(root);
  if (!file) return file_error(errno, path);
  return Upload(std::move(own_root), std::move(file), path, *room);
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
  const ActingAs owner = acting_as_owner(root_.get());
  const UniqueFd folder = enter_folders(root_.get(), path_.parent());
  if (!folder) return file_error(errno, path_);
  if (!file_.place(folder.get(), path_.name())) return file_error(errno, path_);
  return describe(file_.fd(), path_);
}

}  // namespace dynsessions::files
