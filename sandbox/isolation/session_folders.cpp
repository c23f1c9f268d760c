#include "sandbox/isolation/session_folders.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "sandbox/folders/folder_walk.h"
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
  struct stat status {};
  if (!folder || ::fstat(folder.get(), &status) < 0) return;
  if ((status.st_mode & S_IRWXU) == S_IRWXU) return;
  // A folder that stays locked cannot be removed, which is seen then.
  (void)!::chmod(("/proc/self/fd/" + std::to_string(folder.get())).c_str(), S_IRWXU);
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

SessionFolder::SessionFolder(LauncherFolder& launcher, std::string name)
    : launcher_(launcher), name_(std::move(name)), path_(launcher.path() + '/' + name_) {}

SessionFolder::~SessionFolder() { launcher_.remove(name_); }

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

std::vector<pid_t> LauncherFolder::removers() {
  // The launcher's loop may have reaped them before.
  std::erase_if(removers_, [](pid_t pid) { return ::waitpid(pid, nullptr, WNOHANG) != 0; });
  return removers_;
}

void LauncherFolder::remove(const std::string& name) {
  constexpr std::size_t kAtOnce = 1000;  // takes some milliseconds
  const UniqueFd folder(::openat(folder_.get(), name.c_str(), kOpenFolder));
  if (FolderWalk(folder.get()).go_on(kAtOnce) == FolderWalk::State::complete) {
    return remove_folder(folder_.get(), name);
  }
  const pid_t launcher = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) return remove_folder(folder_.get(), name);
  if (pid > 0) return removers_.push_back(pid);
  // Neither the launcher's socket nor its lock may outlive it here.
  const UniqueFd own(::openat(folder_.get(), ".", kOpenFolder));
  ::dup2(own.get(), STDIN_FILENO);
  ::syscall(SYS_close_range, 1U, ~0U, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (::getppid() == launcher) remove_folder(STDIN_FILENO, name);
  ::_exit(EXIT_SUCCESS);
}

LauncherFolder::~LauncherFolder() {
  for (const pid_t pid : removers_) ::waitpid(pid, nullptr, 0);
  remove_folder(place_.get(), path_.substr(path_.rfind('/') + 1));
}

}  // namespace dynsessions::sandbox
