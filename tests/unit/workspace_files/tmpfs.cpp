#include "tests/unit/workspace_files/tmpfs.h"

#include <fstream>
#include <string>
#include <utility>

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace dynsessions::workspace_files {
namespace {

/// Runs in the child: mounts a tmpfs in a user namespace once the parent has mapped its user. Sends
/// the descriptor's number and keeps it open until the parent has fetched it.
[[noreturn]] void hold_tmpfs(int channel) {
  char go = 0;
  int fd = -1;
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 && ::write(channel, &go, 1) == 1 &&
      ::read(channel, &go, 1) == 1 && ::setresgid(0, 0, 0) == 0 && ::setresuid(0, 0, 0) == 0)
    fd = small_tmpfs().release();
  const bool fetched =
      ::write(channel, &fd, sizeof fd) == sizeof fd && ::read(channel, &go, 1) == 1;
  ::_exit(fetched ? 0 : 1);
}

void map_only(pid_t child, uid_t uid) {
  const std::string process = "/proc/" + std::to_string(child);
  for (const char* map : {"/uid_map", "/gid_map"})
    std::ofstream(process + map) << "0 " << uid << " 1" << std::flush;
}

UniqueFd fetch(pid_t child, int fd) {
  const UniqueFd process(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
  return UniqueFd(static_cast<int>(::syscall(SYS_pidfd_getfd, process.get(), fd, 0)));
}

}  // namespace

UniqueFd small_tmpfs() {
  const UniqueFd context(::fsopen("tmpfs", FSOPEN_CLOEXEC));
  if (!context) return UniqueFd();
  for (const auto& [key, value] : {std::pair{"size", "1m"}, {"nr_inodes", "16"}})
    if (::fsconfig(context.get(), FSCONFIG_SET_STRING, key, value, 0) != 0) return UniqueFd();
  if (::fsconfig(context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) != 0) return UniqueFd();
  const UniqueFd mount(::fsmount(context.get(), FSMOUNT_CLOEXEC, 0));
  // The mount's descriptor is an O_PATH one; those of sessions are not.
  return UniqueFd(::openat(mount.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

UniqueFd tmpfs_of_user_namespace(uid_t uid) {
  if (::geteuid() != 0) return UniqueFd();
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return UniqueFd();
  UniqueFd ours(ends[0]);
  UniqueFd theirs(ends[1]);
  const pid_t child = ::fork();
  if (child < 0) return UniqueFd();
  if (child == 0) {
    ours = UniqueFd();  // otherwise the parent's end of file would never arrive
    hold_tmpfs(theirs.get());
  }
  theirs = UniqueFd();
  char go = 0;
  int number = -1;
  UniqueFd tree;
  if (::read(ours.get(), &go, 1) == 1) {
    map_only(child, uid);
    if (::write(ours.get(), &go, 1) == 1 && ::read(ours.get(), &number, sizeof number) > 0 &&
        number >= 0)
      tree = fetch(child, number);
  }
  ours = UniqueFd();
  ::waitpid(child, nullptr, 0);
  return tree;
}

}  // namespace dynsessions::workspace_files
