#include "sandbox/tiers/unprivileged/session_directories.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/base/directory_names.h"
#include "sandbox/files/directory_walk.h"
#include "sandbox/files/remove_tree.h"
#include "sandbox/process/step_error.h"

namespace dynsessions::sandbox {
namespace {

constexpr const char* kPrefix = "dynsessions-sandboxes-";
constexpr int kOpenDirectory = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

std::string temporary_place() {
  const char* place = std::getenv("TMPDIR");  // NOLINT(concurrency-mt-unsafe): one thread
  return place != nullptr && *place == '/' ? place : "/tmp";
}

void sweep_left_over(int place) {
  DirectoryNames names(UniqueFd(::openat(place, ".", kOpenDirectory)));
  while (const char* name = names ? names.next() : nullptr) {
    if (std::strncmp(name, kPrefix, std::strlen(kPrefix)) != 0) continue;
    const UniqueFd directory(::openat(place, name, kOpenDirectory));
    struct stat status {};
    const bool is_own =
        directory && ::fstat(directory.get(), &status) == 0 && status.st_uid == ::geteuid();
    if (is_own && ::flock(directory.get(), LOCK_EX | LOCK_NB) == 0) remove_tree(place, name);
  }
}

}  // namespace

SessionDirectory::SessionDirectory(LauncherDirectory& launcher, std::string name)
    : launcher_(launcher), name_(std::move(name)), path_(launcher.path() + '/' + name_) {}

SessionDirectory::~SessionDirectory() { launcher_.remove(name_); }

void SessionDirectory::make(uid_t uid, gid_t gid) const {
  for (const std::string& directory : {path_, data(), tmp()}) {
    if (::mkdir(directory.c_str(), S_IRWXU) < 0 || ::chown(directory.c_str(), uid, gid) < 0) {
      throw StepError("session directory", errno);
    }
  }
}

UniqueFd SessionDirectory::open_data() const {
  UniqueFd directory(::open(data().c_str(), kOpenDirectory));
  if (!directory) throw StepError("data directory", errno);
  return directory;
}

UniqueFd SessionDirectory::open() const {
  UniqueFd directory(::open(path_.c_str(), kOpenDirectory));
  if (!directory) throw StepError("session directory", errno);
  return directory;
}

LauncherDirectory::LauncherDirectory()
    : place_(::open(temporary_place().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (!place_) throw StepError("temporary directory", errno);
  sweep_left_over(place_.get());
  path_ = temporary_place() + '/' + kPrefix + "XXXXXX";
  if (::mkdtemp(path_.data()) == nullptr) throw StepError("temporary directory", errno);
  directory_ = UniqueFd(::open(path_.c_str(), kOpenDirectory));
  // If another launcher has removed it in this moment, making sessions fails with an error.
  if (!directory_ || ::flock(directory_.get(), LOCK_EX) < 0)
    throw StepError("lock directory", errno);
  // Users of sessions can pass through it; each directory in it is accessible to one of them.
  if (::fchmod(directory_.get(), S_IRWXU | S_IXGRP | S_IXOTH) < 0)
    throw StepError("directory", errno);
}

std::vector<pid_t> LauncherDirectory::removers() {
  // The launcher's loop can have reaped them already.
  std::erase_if(removers_, [](pid_t pid) { return ::waitpid(pid, nullptr, WNOHANG) != 0; });
  return removers_;
}

void LauncherDirectory::remove(const std::string& name) {
  constexpr std::size_t kAtOnce = 1000;  // removing this many takes some milliseconds
  const UniqueFd directory(::openat(directory_.get(), name.c_str(), kOpenDirectory));
  if (DirectoryWalk(directory.get()).visit(kAtOnce) == DirectoryWalk::State::complete) {
    return remove_tree(directory_.get(), name.c_str());
  }
  const pid_t launcher = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) return remove_tree(directory_.get(), name.c_str());
  if (pid > 0) return removers_.push_back(pid);
  // This process must not keep the launcher's socket or lock open.
  const UniqueFd own(::openat(directory_.get(), ".", kOpenDirectory));
  ::dup2(own.get(), STDIN_FILENO);
  ::syscall(SYS_close_range, 1U, ~0U, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (::getppid() == launcher) remove_tree(STDIN_FILENO, name.c_str());
  ::_exit(EXIT_SUCCESS);
}

LauncherDirectory::~LauncherDirectory() {
  for (const pid_t pid : removers_) ::waitpid(pid, nullptr, 0);
  remove_tree(place_.get(), path_.c_str() + path_.rfind('/') + 1);
}

}  // namespace dynsessions::sandbox
