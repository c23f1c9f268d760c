#include "sandbox/isolation/keeper.h"

#include <csignal>
#include <cstdlib>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "sandbox/limits/control_group_entrance.h"
#include "sandbox/steps/landlock.h"
#include "sandbox/steps/privileges.h"

namespace dynsessions::sandbox {
namespace {

/// Its descriptors, once it has born the interpreter.
constexpr int kLifeline = 0;
constexpr int kChildren = 1;

struct Keeper {
  const bool is_scoped;
  pid_t interpreter;  ///< 0: reaped
  int wait_status = 0;
};

constexpr Step<KeeperContext> kStepsBefore[] = {
    {"join groups", [](KeeperContext& c) { return join_groups(c.interpreter.groups); }},
    {"keeper session", [](KeeperContext&) { return checked(::setsid()); }},
    {"keeper sub-reaper",
     [](KeeperContext&) { return checked(::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)); }},
    {"landlock of the keeper",
     [](KeeperContext& c) {
       return c.signal_scope < 0 ? StepResult{} : enter_signal_scope(c.signal_scope);
     }},
};

/// SIGCHLD is blocked already, as the launcher's.
StepResult keep_needed_descriptors(KeeperContext& context) {
  sigset_t children;
  sigemptyset(&children);
  sigaddset(&children, SIGCHLD);
  const int watch = ::signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
  if (watch < 0) return {errno, "signalfd"};
  const int report = context.interpreter.report;
  if (::dup3(context.lifeline, kLifeline, O_CLOEXEC) < 0) return {errno, "lifeline"};
  if (::dup3(watch, kChildren, O_CLOEXEC) < 0) return {errno, "children"};
  if (::dup3(report, kChildren + 1, O_CLOEXEC) < 0) return {errno, "report"};
  context.interpreter.report = kChildren + 1;
  return checked(::syscall(SYS_close_range, kChildren + 2, ~0U, 0));
}

/// Without the scope it needs its right to signal the session's user, who could signal it.
StepResult become_one_of_session(KeeperContext& context) {
  if (context.signal_scope < 0) return {};
  const auto& user = context.interpreter.confinement.user;
  const StepResult result = user ? become_user(user->uid, user->gid) : StepResult{};
  if (!result.ok()) return result;
  return user ? drop_privileges() : drop_capabilities();
}

constexpr Step<KeeperContext> kStepsAfter[] = {
    {"keeper descriptors", keep_needed_descriptors},
    {"keeper user", become_one_of_session},
    {"keeper memory", [](KeeperContext&) { return checked(::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)); }},
    {"keeper report", [](KeeperContext& c) { return checked(::close(c.interpreter.report)); }},
};

[[noreturn]] void become_interpreter(KeeperContext& context) {
  StepFailure failure = confine_interpreter(context.interpreter);
  // Whoever kills the keeper gets its interpreter too. Last, for a change of user forgets it.
  const StepResult tied = checked(::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0));
  if (!failure && !tied.ok()) failure = {"parent death signal", nullptr, tied.error_number};
  if (!failure) {
    ::execve(context.argv[0], context.argv, context.envp);
    failure = {"execute", context.argv[0], errno};
  }
  report_and_exit(context.interpreter.report, failure);
}

/// False when there are no children any more.
bool reap(Keeper& keeper) {
  int status = 0;
  for (;;) {
    const pid_t pid = ::waitpid(-1, &status, WNOHANG);
    if (pid == 0) return true;
    if (pid < 0) return errno != ECHILD;
    if (pid != keeper.interpreter) continue;
    keeper.interpreter = 0;
    keeper.wait_status = status;
  }
}

void kill_children() {
  const int list = ::open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
  char text[4096];
  pid_t pid = 0;
  ssize_t size = 0;
  while (list >= 0 && (size = ::read(list, text, sizeof(text))) > 0) {
    for (ssize_t i = 0; i < size; ++i) {
      if (text[i] != ' ') {
        pid = pid * 10 + (text[i] - '0');
      } else {
        ::kill(pid, SIGKILL);
        pid = 0;
      }
    }
  }
  ::close(list);
}

void await_children(int milliseconds) {
  pollfd children{kChildren, POLLIN, 0};
  ::poll(&children, 1, milliseconds);
  signalfd_siginfo info;
  while (::read(kChildren, &info, sizeof(info)) > 0) {
  }
}

void end_everything(Keeper& keeper) {
  constexpr int kPauseMilliseconds = 5;
  while (reap(keeper)) {
    if (keeper.is_scoped) {
      ::kill(-1, SIGKILL);
    } else {
      kill_children();
    }
    await_children(kPauseMilliseconds);
  }
}

/// Until the interpreter, the launcher or its patience with the room is gone.
void keep(Keeper& keeper) {
  for (;;) {
    pollfd watched[] = {{kLifeline, POLLIN, 0}, {kChildren, POLLIN, 0}};
    if (::poll(watched, std::size(watched), -1) < 0 && errno != EINTR) return;
    await_children(0);
    reap(keeper);
    if (keeper.interpreter == 0) return;
    char order = 0;
    const ssize_t size = ::recv(kLifeline, &order, sizeof(order), MSG_DONTWAIT);
    if (size > 0) ::kill(-keeper.interpreter, SIGINT);
    if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR)) return;
  }
}

}  // namespace

void run_keeper(KeeperContext& context) {
  const int& report = context.interpreter.report;
  StepFailure failure = run_steps<KeeperContext>(kStepsBefore, context);
  if (failure) report_and_exit(report, failure);
  const pid_t pid = clone_process(0);
  if (pid == 0) become_interpreter(context);
  if (pid < 0) report_and_exit(report, {"start interpreter", nullptr, errno});
  Keeper keeper{context.signal_scope >= 0, pid};
  ChildReport started;
  started.pid = pid;
  if (!send_report(report, started).ok()) ::_exit(EXIT_FAILURE);
  failure = run_steps<KeeperContext>(kStepsAfter, context);
  if (failure) send_failure(report, failure);
  if (!failure) keep(keeper);
  end_everything(keeper);
  static_cast<void>(::send(kLifeline, &keeper.wait_status, sizeof(int), MSG_NOSIGNAL));
  ::_exit(EXIT_SUCCESS);
}

}  // namespace dynsessions::sandbox
