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

constexpr int kControlFd = 3;  ///< the interpreter's control socket
constexpr int kReportFd = 4;
constexpr int kFirstSpareFd = 16;  ///< above every fixed number

StepResult await_go(int go) {
  char byte = 0;
  const ssize_t size = ::recv(go, &byte, sizeof(byte), 0);
  return size == 0 ? StepResult{ECANCELED} : checked(size);
}

StepResult close_from(unsigned first) { return checked(::syscall(SYS_close_range, first, ~0U, 0)); }

StepResult install_filter(const BpfProgram& program) {
  // The kernel only reads the instructions; its structure lacks const.
  const sock_fprog filter{static_cast<unsigned short>(program.size()),
                          const_cast<sock_filter*>(program.data())};
  return checked(::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter));
}

[[noreturn]] void report_and_exit(int report, const StepFailure& failure) {
  send_failure(report, failure);
  ::_exit(EXIT_FAILURE);
}

/// Becomes two: returns in the new process, a sibling; this one reports its pid and ends.
StepResult start_sibling(int report, unsigned long namespaces) {
  const pid_t pid = clone_process(CLONE_PARENT | namespaces);
  if (pid < 0) return {errno, "clone"};
  if (pid == 0) return {};
  ChildReport started;
  started.pid = pid;
  ::_exit(send_report(report, started).ok() ? EXIT_SUCCESS : EXIT_FAILURE);
}

StepResult send_data_directory(BuilderContext& context) {
  const int directory = ::open("/mnt/data", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return {errno, nullptr};
  return send_report(context.report, ChildReport{}, directory);
}

constexpr Step<BuilderContext> kBuilderSteps[] = {
    {"await id maps", [](BuilderContext& c) { return await_go(c.go); }},
    {"isolate mounts", [](BuilderContext&) { return isolate_mounts(); }},
    {"open tree", [](BuilderContext& c) { return open_host_trees(c.plan, c.trees); }},
    {"session user", [](BuilderContext&) { return become_session_user(); }},
    {"new root", [](BuilderContext&) { return mount_new_root(); }},
    {"lay out", [](BuilderContext& c) { return lay_out_root(c.plan, c.trees); }},
    {"mount proc", [](BuilderContext&) { return mount_proc(); }},
    {"mount tmpfs", [](BuilderContext& c) { return mount_writable(c.plan); }},
    {"change root", [](BuilderContext&) { return pivot_to_new_root(); }},
    {"read-only root", [](BuilderContext&) { return make_root_read_only(); }},
    {"loopback", [](BuilderContext&) { return bring_loopback_up(); }},
    {"hostname", [](BuilderContext&) { return checked(::sethostname("session", 7)); }},
    {"data directory", send_data_directory},
};

constexpr Step<RoomContext> kRoomHelperSteps[] = {
    {"enter",
     [](RoomContext& c) {
       return enter_namespaces(c.sandbox, kSandboxNamespaces & ~CLONE_NEWPID);
     }},
    // Entering has closed this process to an unprivileged launcher, which is to open the
    // namespaces of what is born next. Nobody else sees it there.
    {"show memory", [](RoomContext&) { return checked(::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)); }},
    {"start init",
     [](RoomContext& c) { return start_sibling(c.report, CLONE_NEWPID | CLONE_NEWNS); }},
};

StepResult keep_report_only(RoomContext& context) {
  if (::dup3(context.report, STDIN_FILENO, O_CLOEXEC) < 0) return {errno, "report"};
  context.report = STDIN_FILENO;
  return close_from(STDIN_FILENO + 1);
}

/// So that the kernel reaps the orphans that come to init.
StepResult ignore_child_exits(RoomContext&) {
  return ::signal(SIGCHLD, SIG_IGN) == SIG_ERR ? StepResult{errno} : StepResult{};
}

constexpr Step<RoomContext> kInitSteps[] = {
    {"await room", [](RoomContext& c) { return await_go(c.go); }},
    {"descriptors", keep_report_only},
    {"keyring", [](RoomContext&) { return leave_keyring(); }},
    {"session user", [](RoomContext&) { return become_session_user(); }},
    // Session code will live here, and this memory is a copy of the launcher's. Not before the
    // change of user, which sets it anew, to whatever fs.suid_dumpable is on this host.
    {"hide memory", [](RoomContext&) { return checked(::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)); }},
    {"mount proc", [](RoomContext&) { return mount_proc(); }},
    {"mask proc", [](RoomContext&) { return mask_proc(); }},
    {"signals", ignore_child_exits},
    {"privileges", [](RoomContext&) { return drop_privileges(); }},
    {"seccomp", [](RoomContext& c) { return install_filter(c.plan.init_filter); }},
};

constexpr Step<InterpreterContext> kEnteringHelperSteps[] = {
    {"enter", [](InterpreterContext& c) { return enter_namespaces(c.room, kSandboxNamespaces); }},
    {"start inside", [](InterpreterContext& c) { return start_sibling(c.report, 0); }},
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

}  // namespace

void run_builder(BuilderContext& context) {
  const StepFailure failure = run_steps<BuilderContext>(kBuilderSteps, context);
  if (failure) report_and_exit(context.report, failure);
  ::_exit(EXIT_SUCCESS);
}

void run_room_helper(RoomContext& context) {
  StepFailure failure = run_steps<RoomContext>(kRoomHelperSteps, context);
  if (!failure) failure = run_steps<RoomContext>(kInitSteps, context);
  if (failure) report_and_exit(context.report, failure);
  run_init(context.report);
  ::_exit(EXIT_FAILURE);
}

void run_entering_helper(InterpreterContext& context) {
  StepFailure failure = run_steps<InterpreterContext>(kEnteringHelperSteps, context);
  if (!failure) failure = run_steps<InterpreterContext>(kInterpreterSteps, context);
  report_and_exit(context.report, failure);
}

}  // namespace dynsessions::sandbox
