#include "sandbox/isolation/session_folders.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <sys/file.h>
#include <sys/stat.h>

#include "sandbox/isolation/isolation.h"

namespace dynsessions::sandbox {
namespace {

constexpr const char* kPrefix = "dynsessions-sandboxes-";
constexpr int kOpenFolder = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

std::string temporary_place() {
  const char* place = std::getenv("TMPDIR");  // NOLINT(concurrency-mt-unsafe): one thread
  return place != nullptr && *place == '/' ? place : "/tmp";
}

using Directory = std::unique_ptr<DIR, int (*)(DIR*)>;

Directory open_directory(int parent, const char* name) {
  const int fd = ::openat(parent, name, kOpenFolder);
  DIR* directory = fd < 0 ? nullptr : ::fdopendir(fd);
  if (directory == nullptr && fd >= 0) ::close(fd);
  return {directory, &::closedir};
}

/// The next name but . and .., or null.
const char* next_name(DIR* directory) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): the launcher has one thread
  while (const dirent* entry = ::readdir(directory)) {
    const char* name = entry->d_name;
    if (std::strcmp(name, ".") != 0 && std::strcmp(name, "..") != 0) return name;
  }
  return nullptr;
}

/// Gives us every right to the folder. By descriptor, so that no link is followed in its place.
void unlock_folder(int parent, const char* name) {
  const UniqueFd folder(::openat(parent, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  // A folder that stays locked cannot be removed, which is seen then.
  if (folder) (void)!::chmod(("/proc/self/fd/" + std::to_string(folder.get())).c_str(), S_IRWXU);
}

/// Empties a folder of files; folders in it move to `top`, so that depth needs neither stack nor
/// descriptors. They get names there that none of theirs has.
void flatten(int top, const char* name, std::uint64_t& moved) {
  unlock_folder(top, name);
  const Directory directory = open_directory(top, name);
  if (!directory) return;
  const int fd = ::dirfd(directory.get());
  while (const char* entry = next_name(directory.get())) {
    if (::unlinkat(fd, entry, 0) == 0 || errno != EISDIR) continue;
    unlock_folder(fd, entry);  // to move a folder is to write its ..
    const std::string place = "\n" + std::to_string(moved++);
    ::renameat2(fd, entry, top, place.c_str(), RENAME_NOREPLACE);
  }
}

/// False when nothing more can be removed.
bool remove_a_round(int top, std::uint64_t& moved) {
  bool progress = false;
  const Directory directory = open_directory(top, ".");
  while (const char* name = directory ? next_name(directory.get()) : nullptr) {
    const bool is_file = ::unlinkat(top, name, 0) == 0;
    if (!is_file) flatten(top, name, moved);
    progress |= is_file || ::unlinkat(top, name, AT_REMOVEDIR) == 0;
  }
  return progress;
}

void sweep_left_over(int place) {
  const Directory directory = open_directory(place, ".");
  while (const char* name = directory ? next_name(directory.get()) : nullptr) {
    if (std::strncmp(name, kPrefix, std::strlen(kPrefix)) != 0) continue;
    const UniqueFd folder(::openat(place, name, kOpenFolder));
    struct stat status {};
    const bool ours = folder && ::fstat(folder.get(), &status) == 0 && status.st_uid == ::geteuid();
    if (ours && ::flock(folder.get(), LOCK_EX | LOCK_NB) == 0) remove_folder(place, name);
  }
}

}  // namespace

void remove_folder(int parent, const std::string& name) {
  unlock_folder(parent, name.c_str());
  const UniqueFd top(::openat(parent, name.c_str(), kOpenFolder));
  std::uint64_t moved = 0;
  while (top && remove_a_round(top.get(), moved)) {
  }
  ::unlinkat(parent, name.c_str(), AT_REMOVEDIR);
}

SessionFolder::SessionFolder(int parent, std::string parent_path, std::string name)
    : parent_(parent), name_(std::move(name)), path_(std::move(parent_path) + '/' + name_) {}

SessionFolder::~SessionFolder() { remove_folder(parent_, name_); }

void SessionFolder::make(uid_t uid, gid_t gid) const {
  for (const std::string& folder : {path_, data(), tmp()}) {
    if (::mkdir(folder.c_str(), S_IRWXU) < 0 || ::chown(folder.c_str(), uid, gid) < 0) {
      throw StepError("session folder", errno);
    }
  }
}

UniqueFd SessionFolder::open_data() const {
  UniqueFd folder(::open(data().c_str(), kOpenFolder));
  if (!folder) throw StepError("data directory", errno);
  return folder;
}

UniqueFd SessionFolder::open() const {
  UniqueFd folder(::open(path_.c_str(), kOpenFolder));
  if (!folder) throw StepError("session folder", errno);
  return folder;
}

LauncherFolder::LauncherFolder()
    : place_(::open(temporary_place().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (!place_) throw StepError("temporary folder", errno);
  sweep_left_over(place_.get());
  path_ = temporary_place() + '/' + kPrefix + "XXXXXX";
  if (::mkdtemp(path_.data()) == nullptr) throw StepError("temporary folder", errno);
  folder_ = UniqueFd(::open(path_.c_str(), kOpenFolder));
  // Should another launcher have swept it away in this moment, sessions cannot be made, and say so.
  if (!folder_ || ::flock(folder_.get(), LOCK_EX) < 0) throw StepError("lock folder", errno);
  // Users of sessions pass through; each folder in it is for one of them.
  if (::fchmod(folder_.get(), S_IRWXU | S_IXGRP | S_IXOTH) < 0) throw StepError("folder", errno);
}

LauncherFolder::~LauncherFolder() {
  remove_folder(place_.get(), path_.substr(path_.rfind('/') + 1));
}

}  // namespace dynsessions::sandbox
