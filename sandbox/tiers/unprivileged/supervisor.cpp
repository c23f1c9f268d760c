#include "sandbox/tiers/unprivileged/supervisor.h"

#include <csignal>
#include <cstdlib>

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/kernel/cgroups/cgroup_join.h"
#include "sandbox/kernel/landlock/landlock.h"
#include "sandbox/kernel/privileges/privileges.h"
#include "sandbox/process/child_setup.h"
#include "sandbox/process/clone_process.h"

namespace dynsessions::sandbox {
namespace {

/// Descriptors that the supervisor keeps after forking the interpreter.
constexpr int kLifeline = 0;
constexpr int kChildren = 1;

struct Supervisor {
  const bool is_scoped;
  pid_t interpreter;  ///< 0: reaped
  int wait_status = 0;
};

constexpr Step<SupervisorContext> kStepsBefore[] = {
    {"join groups", [](SupervisorContext& c) { return join_groups(c.interpreter.groups); }},
    {"supervisor session", [](SupervisorContext&) { return checked(::setsid()); }},
    {"supervisor sub-reaper",
     [](SupervisorContext&) { return checked(::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)); }},
    {"landlock of the supervisor",
     [](SupervisorContext& c) {
       return c.signal_scope < 0 ? StepResult{} : enter_signal_scope(c.signal_scope);
     }},
};

/// The launcher has already blocked SIGCHLD.
StepResult keep_needed_descriptors(SupervisorContext& context) {
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

/// Without the signal scope, the supervisor must keep the right to signal the session's user.
StepResult become_one_of_session(SupervisorContext& context) {
  if (context.signal_scope < 0) return {};
  const auto& user = context.interpreter.confinement.user;
  const StepResult result = user ? become_user(user->uid, user->gid) : StepResult{};
  if (!result.ok()) return result;
  return user ? drop_privileges() : drop_capabilities();
}

constexpr Step<SupervisorContext> kStepsAfter[] = {
    {"supervisor descriptors", keep_needed_descriptors},
    {"supervisor user", become_one_of_session},
    {"supervisor memory",
     [](SupervisorContext&) { return checked(::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)); }},
    {"supervisor report",
     [](SupervisorContext& c) { return checked(::close(c.interpreter.report)); }},
};

[[noreturn]] void become_interpreter(SupervisorContext& context) {
  StepFailure failure = confine_interpreter(context.interpreter);
  // The interpreter dies with its supervisor. Set last, because a change of user resets it.
  const StepResult tied = checked(::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0));
  if (!failure && !tied.ok()) failure = {"parent death signal", nullptr, tied.error_number};
  if (!failure) {
    ::execve(context.argv[0], context.argv, context.envp);
    failure = {"execute", context.argv[0], errno};
  }
  report_and_exit(context.interpreter.report, failure);
}

/// Returns false if there are no children any more.
bool reap(Supervisor& supervisor) {
  int status = 0;
  for (;;) {
    const pid_t pid = ::waitpid(-1, &status, WNOHANG);
    if (pid == 0) return true;
    if (pid < 0) return errno != ECHILD;
    if (pid != supervisor.interpreter) continue;
    supervisor.interpreter = 0;
    supervisor.wait_status = status;
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

void end_everything(Supervisor& supervisor) {
  constexpr int kPauseMilliseconds = 5;
  while (reap(supervisor)) {
    if (supervisor.is_scoped) {
      ::kill(-1, SIGKILL);
    } else {
      kill_children();
    }
    await_children(kPauseMilliseconds);
  }
}

/// Returns when the interpreter has exited, or the launcher closes the lifeline or exits.
void supervise(Supervisor& supervisor) {
  for (;;) {
    pollfd watched[] = {{kLifeline, POLLIN, 0}, {kChildren, POLLIN, 0}};
    if (::poll(watched, std::size(watched), -1) < 0 && errno != EINTR) return;
    await_children(0);
    reap(supervisor);
    if (supervisor.interpreter == 0) return;
    char order = 0;
    const ssize_t size = ::recv(kLifeline, &order, sizeof(order), MSG_DONTWAIT);
    if (size > 0) ::kill(-supervisor.interpreter, SIGINT);
    if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR)) return;
  }
}

}  // namespace

void run_supervisor(SupervisorContext& context) {
  const int& report = context.interpreter.report;
  StepFailure failure = run_steps<SupervisorContext>(kStepsBefore, context);
  if (failure) report_and_exit(report, failure);
  const pid_t pid = clone_process(0);
  if (pid == 0) become_interpreter(context);
  if (pid < 0) report_and_exit(report, {"start interpreter", nullptr, errno});
  Supervisor supervisor{context.signal_scope >= 0, pid};
  ChildReport started;
  started.pid = pid;
  if (!send_report(report, started).ok()) ::_exit(EXIT_FAILURE);
  failure = run_steps<SupervisorContext>(kStepsAfter, context);
  if (failure) send_failure(report, failure);
  if (!failure) supervise(supervisor);
  end_everything(supervisor);
  static_cast<void>(::send(kLifeline, &supervisor.wait_status, sizeof(int), MSG_NOSIGNAL));
  ::_exit(EXIT_SUCCESS);
}

}  // namespace dynsessions::sandbox
