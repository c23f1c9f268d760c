#include "sandbox/isolation/session_folders.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "emulator/core/folder_names.h"
#include "sandbox/folders/folder_walk.h"
#include "sandbox/folders/remove_tree.h"
#include "sandbox/isolation/isolation.h"

namespace dynsessions::sandbox {
namespace {

constexpr const char* kPrefix = "dynsessions-sandboxes-";
constexpr int kOpenFolder = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

std::string temporary_place() {
  const char* place = std::getenv("TMPDIR");  // NOLINT(concurrency-mt-unsafe): one thread
  return place != nullptr && *place == '/' ? place : "/tmp";
}

void sweep_left_over(int place) {
  FolderNames names(UniqueFd(::openat(place, ".", kOpenFolder)));
  while (const char* name = names ? names.next() : nullptr) {
    if (std::strncmp(name, kPrefix, std::strlen(kPrefix)) != 0) continue;
    const UniqueFd folder(::openat(place, name, kOpenFolder));
    struct stat status {};
    const bool ours = folder && ::fstat(folder.get(), &status) == 0 && status.st_uid == ::geteuid();
    if (ours && ::flock(folder.get(), LOCK_EX | LOCK_NB) == 0) remove_tree(place, name);
  }
}

}  // namespace

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
    return remove_tree(folder_.get(), name.c_str());
  }
  const pid_t launcher = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) return remove_tree(folder_.get(), name.c_str());
  if (pid > 0) return removers_.push_back(pid);
  // Neither the launcher's socket nor its lock may outlive it here.
  const UniqueFd own(::openat(folder_.get(), ".", kOpenFolder));
  ::dup2(own.get(), STDIN_FILENO);
  ::syscall(SYS_close_range, 1U, ~0U, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (::getppid() == launcher) remove_tree(STDIN_FILENO, name.c_str());
  ::_exit(EXIT_SUCCESS);
}

LauncherFolder::~LauncherFolder() {
  for (const pid_t pid : removers_) ::waitpid(pid, nullptr, 0);
  remove_tree(place_.get(), path_.c_str() + path_.rfind('/') + 1);
}

}  // namespace dynsessions::sandbox
