#include "emulator/workspace_files/temporary_file.h"

#include <utility>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "emulator/base/identifiers.h"
#include "emulator/workspace_files/beneath.h"

namespace dynsessions::workspace_files {
namespace {

constexpr mode_t kFileMode = 0644;

std::string random_name() { return ".upload-" + random_uuid(); }

UniqueFd duplicate(int fd) { return UniqueFd(::fcntl(fd, F_DUPFD_CLOEXEC, 0)); }

/// The umask of the server must not affect the session's files.
UniqueFd with_mode(UniqueFd file) {
  if (file && ::fchmod(file.get(), kFileMode) != 0) return UniqueFd();
  return file;
}

}  // namespace

TemporaryFile::TemporaryFile(UniqueFd file, UniqueFd directory, std::string name)
    : file_(std::move(file)), directory_(std::move(directory)), name_(std::move(name)) {}

TemporaryFile::TemporaryFile(TemporaryFile&& other) noexcept = default;

TemporaryFile& TemporaryFile::operator=(TemporaryFile&& other) noexcept {
  TemporaryFile dropped(std::move(*this));
  file_ = std::move(other.file_);
  directory_ = std::move(other.directory_);
  name_ = std::move(other.name_);
  return *this;
}

TemporaryFile::~TemporaryFile() { remove_name(); }

TemporaryFile TemporaryFile::create(int directory) {
  TemporaryFile file = create_unnamed(directory);
  // A file system without O_TMPFILE returns EISDIR.
  if (!file && (errno == EOPNOTSUPP || errno == EISDIR)) file = create_named(directory);
  return file;
}

TemporaryFile TemporaryFile::create_unnamed(int directory) {
  return {with_mode(open_beneath(directory, ".", O_TMPFILE | O_WRONLY, kFileMode)), {}, {}};
}

TemporaryFile TemporaryFile::create_named(int directory) {
  UniqueFd place = duplicate(directory);
  if (!place) return {};
  std::string name = random_name();
  UniqueFd file = open_beneath(directory, name, O_CREAT | O_EXCL | O_WRONLY, kFileMode);
  if (!file) return {};
  return {with_mode(std::move(file)), std::move(place), std::move(name)};
}

bool TemporaryFile::place(int directory, const std::string& name) {
  if (!directory_) {
    // linkat never replaces a file, so the file first gets a temporary name.
    UniqueFd own = duplicate(directory);
    if (!own) return false;
    std::string temporary = random_name();
    const std::string link = "/proc/self/fd/" + std::to_string(file_.get());
    if (::linkat(AT_FDCWD, link.c_str(), directory, temporary.c_str(), AT_SYMLINK_FOLLOW) != 0)
      return false;
    directory_ = std::move(own);
    name_ = std::move(temporary);
  }
  if (::renameat(directory_.get(), name_.c_str(), directory, name.c_str()) != 0) return false;
  directory_ = UniqueFd();
  return true;
}

void TemporaryFile::remove_name() noexcept {
  // If this fails, the session keeps the name: it counts in the session's quota and is removed with
  // the session.
  if (directory_) static_cast<void>(::unlinkat(directory_.get(), name_.c_str(), 0));
}

}  // namespace dynsessions::workspace_files
