#include "emulator/workspace_files/session_files.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "emulator/workspace_files/acting_as_owner.h"
#include "emulator/workspace_files/beneath.h"

namespace dynsessions::workspace_files {

Result<FileInfo> stat(int root, const DataPath& path) {
  const ActingAs owner = acting_as_owner(root);
  // O_PATH needs no permission on the file itself and has no effect on the other end of a pipe.
  const UniqueFd fd = open_beneath(root, path.text(), O_PATH | O_NOFOLLOW);
  if (!fd) return file_error(errno, path);
  return describe(fd.get(), path);
}

Result<OpenFile> open_for_reading(int root, const DataPath& path) {
  const ActingAs owner = acting_as_owner(root);
  UniqueFd fd = open_beneath(root, path.text(), O_RDONLY);
  if (!fd) return file_error(errno, path);
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) return file_error(errno, path);
  if (!S_ISREG(status.st_mode)) return not_a_regular_file(path);
  return OpenFile{std::move(fd), static_cast<std::uint64_t>(status.st_size)};
}

std::string content_of(const OpenFile& file) {
  std::string content(file.size, '\0');
  std::size_t filled = 0;
  while (filled < content.size()) {
    const ssize_t count = ::pread(file.fd.get(), content.data() + filled, content.size() - filled,
                                  static_cast<off_t>(filled));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    filled += static_cast<std::size_t>(count);
  }
  content.resize(filled);
  return content;
}

Result<void> remove(int root, const DataPath& path) {
  if (path.is_root()) return not_a_regular_file(path);
  const ActingAs owner = acting_as_owner(root);
  const UniqueFd directory = open_beneath(root, path.parent().text(), O_PATH | O_DIRECTORY);
  if (!directory) return file_error(errno, path);
  struct stat status {};
  const char* name = path.name().c_str();
  if (::fstatat(directory.get(), name, &status, AT_SYMLINK_NOFOLLOW) != 0)
    return file_error(errno, path);
  if (!S_ISREG(status.st_mode) && !S_ISLNK(status.st_mode)) return not_a_regular_file(path);
  // The name can refer to another file by now. That file also belongs to the session, and unlinkat
  // removes neither a directory nor the target of a link.
  if (::unlinkat(directory.get(), name, 0) != 0) return file_error(errno, path);
  return {};
}

}  // namespace dynsessions::workspace_files
