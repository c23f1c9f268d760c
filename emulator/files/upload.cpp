#include <utility>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <sys/stat.h>

#include "emulator/files/acting_as.h"
#include "emulator/files/beneath.h"

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

}  // namespace

Upload::Upload(UniqueFd root, TemporaryFile file, DataPath path)
    : root_(std::move(root)), file_(std::move(file)), path_(std::move(path)) {}

Result<Upload> Upload::begin(int root, const DataPath& path) {
  if (path.is_root()) return not_a_regular_file(path);
  const ActingAs owner(root);
  UniqueFd own_root = duplicate(root);
  if (!own_root) return file_error(errno, path);
  TemporaryFile file = TemporaryFile::create(root);
  if (!file) return file_error(errno, path);
  return Upload(std::move(own_root), std::move(file), path);
}

Result<void> Upload::write(std::span<const char> bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(file_.fd(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return file_error(errno, path_);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

Result<FileInfo> Upload::commit() {
  const ActingAs owner(root_.get());
  const UniqueFd folder = enter_folders(root_.get(), path_.parent());
  if (!folder) return file_error(errno, path_);
  if (!file_.place(folder.get(), path_.name())) return file_error(errno, path_);
  return describe(file_.fd(), path_);
}

}  // namespace dynsessions::files
