#include "sandbox/child.h"

#include <csignal>
#include <cstdlib>

#include <fcntl.h>
#include <unistd.h>

#include <linux/close_range.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "sandbox/child_report.h"
#include "sandbox/init.h"
#include "sandbox/limits.h"
#include "sandbox/privileges.h"

namespace dynsessions::sandbox {
namespace {

constexpr int kControlFd = 3;  ///< the interpreter's control socket; init's channel
constexpr int kReportFd = 4;
constexpr int kFirstSpareFd = 16;  ///< above every fixed number

StepResult await_id_maps(InitContext& context) {
  char go = 0;
  const ssize_t size = ::recv(context.channel, &go, sizeof(go), 0);
  return size == 0 ? StepResult{ECANCELED} : checked(size);
}

/// Neither a session's code nor its user may look into this memory, which is the launcher's.
StepResult hide_memory() { return checked(::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)); }

StepResult close_from(unsigned first) { return checked(::syscall(SYS_close_range, first, ~0U, 0)); }

StepResult keep_two_descriptors(InitContext& context) {
  if (::dup2(STDIN_FILENO, STDERR_FILENO) < 0) return {errno, "stderr"};
  const int channel = ::fcntl(context.channel, F_DUPFD_CLOEXEC, kFirstSpareFd);
  const int report = ::fcntl(context.report, F_DUPFD_CLOEXEC, kFirstSpareFd);
  if (channel < 0 || report < 0) return {errno, "spare"};
  context.report = report;
  if (::dup3(channel, kControlFd, O_CLOEXEC) < 0) return {errno, "channel"};
  if (::dup3(report, kReportFd, O_CLOEXEC) < 0) return {errno, "report"};
  context.channel = kControlFd;
  context.report = kReportFd;
  return close_from(kReportFd + 1);
}

/// So that the kernel reaps the orphans that come to init.
StepResult ignore_child_exits(InitContext&) {
  return ::signal(SIGCHLD, SIG_IGN) == SIG_ERR ? StepResult{errno} : StepResult{};
}

StepResult send_data_directory(InitContext& context) {
  const int directory = ::open("/mnt/data", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return {errno, nullptr};
  const StepResult result = send_report(context.report, ChildReport{}, directory);
  ::close(directory);
  return result;
}

StepResult close_standard_streams() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::close(fd);
  return {};
}

StepResult install_filter(const BpfProgram& program) {
  // The kernel only reads the instructions; its structure lacks const.
  const sock_fprog filter{static_cast<unsigned short>(program.size()),
                          const_cast<sock_filter*>(program.data())};
  return checked(::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter));
}

constexpr Step<InitContext> kInitSteps[] = {
    {"await id maps", await_id_maps},
    {"hide memory", [](InitContext&) { return hide_memory(); }},
    {"descriptors", keep_two_descriptors},
    {"keyring", [](InitContext&) { return leave_keyring(); }},
    {"isolate mounts", [](InitContext&) { return isolate_mounts(); }},
    {"open tree", [](InitContext& c) { return open_host_trees(c.plan, c.trees); }},
    {"session user", [](InitContext&) { return become_session_user(); }},
    {"new root", [](InitContext&) { return mount_new_root(); }},
    {"lay out", [](InitContext& c) { return lay_out_root(c.plan, c.trees); }},
    {"mount proc", [](InitContext&) { return mount_proc(); }},
    {"mask proc", [](InitContext&) { return mask_proc(); }},
    {"mount tmpfs", [](InitContext& c) { return mount_writable(c.plan); }},
    {"change root", [](InitContext&) { return pivot_to_new_root(); }},
    {"read-only root", [](InitContext&) { return make_root_read_only(); }},
    {"loopback", [](InitContext&) { return bring_loopback_up(); }},
    {"hostname", [](InitContext&) { return checked(::sethostname("session", 7)); }},
    {"data directory", send_data_directory},
    {"signals", ignore_child_exits},
    {"streams", [](InitContext&) { return close_standard_streams(); }},
    {"privileges", [](InitContext&) { return drop_privileges(); }},
    {"seccomp", [](InitContext& c) { return install_filter(c.plan.init_filter); }},
};

/// 0 /dev/null, 1 and 2 the pipes, 3 the control socket; 4 reports and closes on exec.
StepResult arrange_descriptors(InterpreterContext& context) {
  const int sources[] = {context.standard_output, context.standard_error, context.control,
                         context.report};
  const int targets[] = {STDOUT_FILENO, STDERR_FILENO, kControlFd, kReportFd};
  int spares[4];
  for (std::size_t i = 0; i < 4; ++i) {  // out of the way first, so that no target is a source
    spares[i] = ::fcntl(sources[i], F_DUPFD_CLOEXEC, kFirstSpareFd);
    if (spares[i] < 0) return {errno, "spare"};
  }
  context.report = spares[3];
  for (std::size_t i = 0; i < 4; ++i) {
    const int flags = targets[i] == kReportFd ? O_CLOEXEC : 0;
    if (::dup3(spares[i], targets[i], flags) < 0) return {errno, "place"};
  }
  context.report = kReportFd;
  return close_from(kReportFd + 1);
}

StepResult reset_signals(InterpreterContext&) {
  sigset_t none;
  sigemptyset(&none);
  return checked(::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, nullptr, _NSIG / 8));
}

StepResult execute_interpreter(InterpreterContext& context) {
  const char* program = context.plan.argv.front();
  return checked(::execve(program, context.plan.argv.data(), context.plan.envp.data()), program);
}

constexpr Step<InterpreterContext> kInterpreterSteps[] = {
    {"session", [](InterpreterContext&) { return checked(::setsid()); }},
    {"keyring", [](InterpreterContext&) { return leave_keyring(); }},
    {"session user", [](InterpreterContext&) { return become_session_user(); }},
    {"descriptors", arrange_descriptors},
    {"working directory",
     [](InterpreterContext& c) { return checked(::chdir(c.plan.working_directory.c_str())); }},
    {"signals", reset_signals},
    {"limits", [](InterpreterContext& c) { return apply_limits(c.plan.limits); }},
    {"privileges", [](InterpreterContext&) { return drop_privileges(); }},
    {"seccomp", [](InterpreterContext& c) { return install_filter(c.plan.interpreter_filter); }},
    {"execute", execute_interpreter},
};

[[noreturn]] void report_and_exit(int report, const StepFailure& failure) {
  send_failure(report, failure);
  ::_exit(EXIT_FAILURE);
}

/// Enters and becomes two: returns in the interpreter-to-be, inside; the helper ends here.
StepResult start_inside(InterpreterContext& context) {
  const pid_t pid = clone_process(CLONE_PARENT);
  if (pid < 0) return {errno, "clone"};
  if (pid == 0) return {};
  ChildReport report;
  report.pid = pid;
  ::_exit(send_report(context.report, report).ok() ? EXIT_SUCCESS : EXIT_FAILURE);
}

constexpr Step<InterpreterContext> kHelperSteps[] = {
    // First of all: what is born inside must never be readable for what lives there already.
    {"hide memory", [](InterpreterContext&) { return hide_memory(); }},
    {"enter", [](InterpreterContext& c) { return enter_namespaces(c.namespaces); }},
    {"start inside", start_inside},
};

}  // namespace

void run_first_process(InitContext& context) {
  const StepFailure failure = run_steps<InitContext>(kInitSteps, context);
  if (failure) report_and_exit(context.report, failure);
  run_init(context.report, context.channel);
  ::_exit(EXIT_SUCCESS);
}

void run_entering_helper(InterpreterContext& context) {
  StepFailure failure = run_steps<InterpreterContext>(kHelperSteps, context);
  if (!failure) failure = run_steps<InterpreterContext>(kInterpreterSteps, context);
  report_and_exit(context.report, failure);
}

}  // namespace dynsessions::sandbox
