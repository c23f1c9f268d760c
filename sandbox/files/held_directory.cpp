#include "sandbox/files/held_directory.h"

#include <cerrno>
#include <string>

#include <fcntl.h>

namespace dynsessions::sandbox {
namespace {

constexpr int kDirectory = O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
constexpr mode_t kPermissions = 07777;

/// Returns the permissions to read names and inspect their files, and to add and remove names.
mode_t needed_for(HeldDirectory::Purpose purpose) {
  return purpose == HeldDirectory::Purpose::look ? S_IRUSR | S_IXUSR : S_IRWXU;
}

/// Returns nullopt if the mode cannot be read.
std::optional<mode_t> mode_of(int fd) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return std::nullopt;
  return status.st_mode & kPermissions;
}

/// Uses a descriptor that needs no right to open: a locked directory is unlocked by its path in
/// /proc.
UniqueFd open_locked(int parent, const char* name, mode_t needed, std::optional<mode_t>& own_mode) {
  const UniqueFd place(::openat(parent, name, O_PATH | kDirectory));
  const std::optional<mode_t> mode = mode_of(place.get());
  if (!mode) return {};
  const std::string link = "/proc/self/fd/" + std::to_string(place.get());
  if (::chmod(link.c_str(), *mode | needed) != 0) return {};
  own_mode = mode;
  return UniqueFd(::openat(place.get(), ".", O_RDONLY | kDirectory));
}

}  // namespace

FileIdentity identity_of(const struct stat& status) { return {status.st_dev, status.st_ino}; }

HeldDirectory::HeldDirectory(int parent, const char* name, Purpose purpose)
    : needed_(needed_for(purpose)) {
  UniqueFd directory(::openat(parent, name, O_RDONLY | kDirectory));
  if (!directory && errno == EACCES) directory = open_locked(parent, name, needed_, own_mode_);
  names_ = DirectoryNames(std::move(directory));
  if (names_) hold();
}

HeldDirectory& HeldDirectory::operator=(HeldDirectory&& other) noexcept {
  std::swap(names_, other.names_);
  std::swap(needed_, other.needed_);
  std::swap(own_mode_, other.own_mode_);
  return *this;
}

HeldDirectory::~HeldDirectory() {
  if (names_) let_go();
}

FileIdentity HeldDirectory::identity() const {
  struct stat status {};
  return ::fstat(fd(), &status) == 0 ? identity_of(status) : FileIdentity{};
}

void HeldDirectory::hold() {
  if (own_mode_) return;
  const std::optional<mode_t> mode = mode_of(fd());
  if (!mode || (*mode & needed_) == needed_) return;
  if (::fchmod(fd(), *mode | needed_) == 0) own_mode_ = mode;
}

void HeldDirectory::let_go() {
  // An error is ignored: the directory belongs to the session, which can have removed it.
  if (own_mode_) static_cast<void>(::fchmod(fd(), *own_mode_));
  own_mode_.reset();
}

}  // namespace dynsessions::sandbox
