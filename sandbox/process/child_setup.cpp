#include "sandbox/process/child_setup.h"

#include <csignal>
#include <cstdlib>

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox/process/child_report.h"

namespace dynsessions::sandbox {
namespace {

constexpr int kFirstSpareFd = 32;  ///< above every fixed number and every descriptor of a child

}  // namespace

void report_and_exit(int report, const StepFailure& failure) {
  send_failure(report, failure);
  ::_exit(EXIT_FAILURE);
}

StepResult arrange_descriptors(const Descriptors& descriptors) {
  const int sources[] = {descriptors.standard_output, descriptors.standard_error,
                         descriptors.control, descriptors.report};
  const int targets[] = {STDOUT_FILENO, STDERR_FILENO, kControlFd, kReportFd};
  int spares[4];
  for (std::size_t i = 0; i < 4;
       ++i) {  // all sources are moved away first, so that no target overwrites a source
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

}  // namespace dynsessions::sandbox
