#include "sandbox/launcher/launcher_process.h"

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <fstream>
#include <system_error>

#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/kernel/namespaces/namespaces.h"
#include "sandbox/kernel/privileges/privileges.h"

namespace dynsessions::sandbox {
namespace {

[[noreturn]] void fail(const char* what, int error_number) {
  throw std::system_error(error_number, std::generic_category(), what);
}

void require(long result, const char* what) {
  if (result < 0) fail(what, errno);
}

void set_signal_mask(int how, const sigset_t& signals) {
  const int error_number = ::pthread_sigmask(how, &signals, nullptr);
  if (error_number != 0) fail("signal mask", error_number);
}

void reset_signals() {
  for (int number = 1; number < NSIG; ++number) {
    // SIGKILL, SIGSTOP and glibc's two internal signals cannot be set, and need not be.
    static_cast<void>(::signal(number, SIG_DFL));
  }
  sigset_t none;
  sigemptyset(&none);
  set_signal_mask(SIG_SETMASK, none);
}

void close_inherited(int control) {
  const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  require(null, "/dev/null");
  require(::dup2(null, STDIN_FILENO), "stdin");
  require(::dup2(null, STDOUT_FILENO), "stdout");
  require(::fcntl(control, F_SETFD, FD_CLOEXEC), "control socket");
  if (control > 3) require(::syscall(SYS_close_range, 3U, control - 1, 0), "close_range");
  require(::syscall(SYS_close_range, control + 1, ~0U, 0), "close_range");
}

/// The launcher prints little on stderr, but it must not block if the server has filled the pipe
/// and nothing reads it. The pipe is opened again to make it non-blocking for the launcher only. A
/// pipe of another user cannot be opened and stays as it is.
void never_wait_for_stderr() {
  struct stat status {};
  if (::fstat(STDERR_FILENO, &status) != 0 || !S_ISFIFO(status.st_mode)) return;
  const UniqueFd own(::open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_CLOEXEC));
  if (own) require(::dup2(own.get(), STDERR_FILENO), "stderr");
}

/// Every sandbox holds seven descriptors here. The low soft limit is meant for programs that use
/// select.
void raise_descriptor_limit() {
  rlimit limit{};
  require(::getrlimit(RLIMIT_NOFILE, &limit), "RLIMIT_NOFILE");
  limit.rlim_cur = limit.rlim_max;
  require(::setrlimit(RLIMIT_NOFILE, &limit), "RLIMIT_NOFILE");
}

/// The limits of an ordinary user for objects that the kernel counts per user (user_counts.h). All
/// sessions together get three quarters of them, because the user's other programs need some as
/// well.
struct UserCounts {
  struct Count {
    const char* path;
    std::uint64_t most = 0;  ///< 0: this kernel has no such limit
  };
  Count counts[2] = {{"/proc/sys/user/max_inotify_instances"},
                     {"/proc/sys/user/max_inotify_watches"}};
};

std::uint64_t share_of_sessions(std::uint64_t most) { return most - most / 4; }

UserCounts read_user_counts() {
  UserCounts all;
  for (auto& [path, most] : all.counts) std::ifstream(path) >> most;
  return all;
}

/// Sets the limits in the user namespace around all sandboxes, once /proc is the launcher's own.
void limit_user_counts(const UserCounts& all) {
  for (const auto& [path, most] : all.counts) {
    if (most == 0) continue;
    if (!(std::ofstream(path) << share_of_sessions(most) << std::flush)) fail(path, EPERM);
  }
}

/// The kernel copies the limits of a user namespace from the process that makes it.
void unshare_as_ordinary_user() {
  rlimit own{};
  require(::getrlimit(RLIMIT_SIGPENDING, &own), "RLIMIT_SIGPENDING");
  const rlimit shared{share_of_sessions(own.rlim_cur), own.rlim_max};
  require(::setrlimit(RLIMIT_SIGPENDING, &shared), "RLIMIT_SIGPENDING");
  require(::unshare(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS), "unshare");
  require(::setrlimit(RLIMIT_SIGPENDING, &own), "RLIMIT_SIGPENDING");
}

void unshare_outer(LauncherUser user) {
  if (user == LauncherUser::root) {
    return require(::unshare(CLONE_NEWPID | CLONE_NEWNS), "unshare");
  }
  const uid_t uid = ::geteuid();
  const gid_t gid = ::getegid();
  unshare_as_ordinary_user();
  const StepResult mapped = write_id_maps(::getpid(), uid, uid, gid, gid);
  if (!mapped.ok()) fail(mapped.detail, mapped.error_number);
}

/// Makes this process die with its parent from now on. `parent` is a pidfd: the parent can already
/// have died.
void die_with_parent(int parent) {
  require(::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0), "parent death signal");
  pollfd ended{parent, POLLIN, 0};
  if (::poll(&ended, 1, 0) != 0) ::_exit(EXIT_FAILURE);
}

UniqueFd open_process(pid_t pid) {
  UniqueFd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  require(process.get(), "pidfd_open");
  return process;
}

[[noreturn]] void relay_exit_of(pid_t pid, const Cgroups& groups) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  groups.remove_all();
  constexpr int kSignalBase = 128;  // the value that shells add to the number of a signal
  ::_exit(WIFEXITED(status) ? WEXITSTATUS(status) : kSignalBase + WTERMSIG(status));
}

/// /proc must have the same pids as the launcher, and show the id maps of sandboxes under those
/// pids.
void mount_own_proc() {
  require(::mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr), "isolate mounts");
  require(::mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr),
          "mount /proc of the launcher");
}

}  // namespace

void reset_inherited_state(int control) {
  reset_signals();
  close_inherited(control);
  never_wait_for_stderr();
  raise_descriptor_limit();
  ::umask(022);
  // EPERM: the process already leads a session. The server handles Ctrl-C of a terminal.
  if (::setsid() < 0 && errno != EPERM) fail("setsid", errno);
  // An ordinary user cannot drop groups; their files are not in the sandbox anyway.
  if (can_change_users()) require(::setgroups(0, nullptr), "setgroups");
  if (const StepResult left = leave_keyring(); !left.ok()) fail("keyring", left.error_number);
}

LauncherUser detect_user(Tier tier) {
  const bool is_root = tier == Tier::full ? has_real_root() : can_change_users();
  return is_root ? LauncherUser::root : LauncherUser::ordinary;
}

void become_reaper() { require(::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "sub-reaper"); }

void become_outer_init(LauncherUser user, int control, const Cgroups& groups) {
  const pid_t server_pid = ::getppid();
  const UniqueFd server = open_process(server_pid);
  const UniqueFd self = open_process(::getpid());
  const UserCounts counts = read_user_counts();
  unshare_outer(user);  // called first, because a change of credentials clears the death signal
  die_with_parent(server.get());
  if (::getppid() != server_pid) ::_exit(EXIT_FAILURE);
  const pid_t inner = ::fork();
  require(inner, "fork");
  if (inner > 0) {
    ::close(control);
    relay_exit_of(inner, groups);
  }
  die_with_parent(self.get());
  mount_own_proc();
  if (user == LauncherUser::ordinary) limit_user_counts(counts);
}

UniqueFd watch_children() {
  sigset_t children;
  sigemptyset(&children);
  sigaddset(&children, SIGCHLD);
  set_signal_mask(SIG_BLOCK, children);
  UniqueFd watch(::signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK));
  require(watch.get(), "signalfd");
  return watch;
}

}  // namespace dynsessions::sandbox
