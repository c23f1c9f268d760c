#include "sandbox/steps/interpreter_child.h"

#include <csignal>
#include <cstdlib>

#include <fcntl.h>
#include <unistd.h>

#include <linux/close_range.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>

#include "sandbox/steps/landlock.h"
#include "sandbox/steps/privileges.h"

namespace dynsessions::sandbox {
namespace {

constexpr int kFirstSpareFd = 32;  ///< above every fixed number, and all that a child was given

constexpr Step<InterpreterContext> kConfiningSteps[] = {
    {"session", [](InterpreterContext&) { return checked(::setsid()); }},
    {"session user",
     [](InterpreterContext& c) {
       const auto& user = c.confinement.user;
       return user ? become_user(user->uid, user->gid) : StepResult{};
     }},
    {"landlock",
     [](InterpreterContext& c) {
       return c.confinement.tier == Tier::restricted ? enter_landlock(c.confinement.ruleset)
                                                     : StepResult{};
     }},
    {"descriptors",
     [](InterpreterContext& c) {
       return arrange_descriptors({c.report, c.control, c.standard_output, c.standard_error});
     }},
    {"working directory",
     [](InterpreterContext& c) { return checked(::chdir(c.working_directory)); }},
    {"signals", [](InterpreterContext&) { return unblock_signals(); }},
    {"limits", [](InterpreterContext& c) { return apply_limits(c.limits); }},
    {"privileges",
     [](InterpreterContext& c) {
       // Who has no capabilities cannot lock anything either, and has nothing to lock.
       return c.confinement.user ? drop_privileges() : drop_capabilities();
     }},
    {"seccomp",
     [](InterpreterContext& c) {
       return c.confinement.tier == Tier::insecure ? StepResult{} : install_filter(c.filter);
     }},
};

}  // namespace

StepFailure confine_interpreter(InterpreterContext& context) {
  return run_steps<InterpreterContext>(kConfiningSteps, context);
}

void report_and_exit(int report, const StepFailure& failure) {
  send_failure(report, failure);
  ::_exit(EXIT_FAILURE);
}

StepResult arrange_descriptors(const Descriptors& descriptors) {
  const int sources[] = {descriptors.standard_output, descriptors.standard_error,
                         descriptors.control, descriptors.report};
  const int targets[] = {STDOUT_FILENO, STDERR_FILENO, kControlFd, kReportFd};
  int spares[4];
  for (std::size_t i = 0; i < 4; ++i) {  // out of the way first, so that no target is a source
    spares[i] = ::fcntl(sources[i], F_DUPFD_CLOEXEC, kFirstSpareFd);
    if (spares[i] < 0) return {errno, "spare"};
  }
  descriptors.report = spares[3];
  for (std::size_t i = 0; i < 4; ++i) {
    const int flags = targets[i] == kReportFd ? O_CLOEXEC : 0;
    if (::dup3(spares[i], targets[i], flags) < 0) return {errno, "place"};
  }
  descriptors.report = kReportFd;
  return checked(::syscall(SYS_close_range, kReportFd + 1, ~0U, 0));
}

StepResult unblock_signals() {
  sigset_t none;
  sigemptyset(&none);
  return checked(::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, nullptr, _NSIG / 8));
}

StepResult install_filter(std::span<const sock_filter> filter) {
  // The kernel only reads the instructions; its structure lacks const.
  const sock_fprog program{static_cast<unsigned short>(filter.size()),
                           const_cast<sock_filter*>(filter.data())};
  return checked(::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program));
}

}  // namespace dynsessions::sandbox
