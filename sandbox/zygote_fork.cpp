#include <csignal>
#include <cstdlib>

#include <unistd.h>

#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "sandbox/interpreter_child.h"
#include "sandbox/privileges.h"
#include "sandbox/zygote_protocol.h"

/// What zygote.py cannot do in Python, as a shared object that it loads with ctypes. The steps are
/// those of interpreter_child.cpp. Python's part of a fork is called by its stable names, so no
/// Python headers are needed.
extern "C" {
void PyOS_BeforeFork();
void PyOS_AfterFork_Parent();
void PyOS_AfterFork_Child();
}

namespace dynsessions::sandbox {
namespace {

NamespaceHandles take_room(std::vector<UniqueFd>& descriptors) {
  NamespaceHandles room;
  for (std::size_t i = 0; i < room.size(); ++i) room[i] = std::move(descriptors[i]);
  return room;
}

/// So that the launcher sees the end of the report when the interpreter starts, and need not wait
/// until the kernel has taken down this process' copy of the zygote.
[[noreturn]] void report_start_and_exit(int report, pid_t pid) {
  ChildReport started;
  started.pid = pid;
  const bool sent = send_report(report, started).ok();
  ::syscall(SYS_close_range, 0, ~0U, 0);
  ::_exit(sent ? EXIT_SUCCESS : EXIT_FAILURE);
}

/// The helper, which enters the room and forks once more there: a PID namespace is for children
/// only. Returns in the interpreter.
void become_interpreter(InterpreterContext& context) {
  const StepResult entered = enter_namespaces(context.room, kSandboxNamespaces);
  if (!entered.ok()) {
    report_and_exit(context.report, {"enter", entered.detail, entered.error_number});
  }
  // glibc's own fork, unlike a bare clone, keeps its idea of the thread's id right and runs what
  // libraries have registered for it, such as OpenBLAS.
  const pid_t pid = ::fork();
  if (pid < 0) report_and_exit(context.report, {"start inside", nullptr, errno});
  if (pid > 0) report_start_and_exit(context.report, pid);
  const StepFailure failure = confine_interpreter(context);
  if (failure) report_and_exit(context.report, failure);
  // As an exec would: /proc/self belongs to the session's user again. In this memory is nothing
  // that its program may not see.
  const StepResult shown = checked(::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
  if (!shown.ok()) report_and_exit(context.report, {"show memory", nullptr, shown.error_number});
  ::close(context.report);
}

/// True in the interpreter. In the zygote, when the helper is gone.
bool fork_interpreter(const ZygotePlan& plan, std::vector<UniqueFd> descriptors) {
  const std::size_t rest = kNamespaceKinds.size();
  PyOS_BeforeFork();
  const pid_t helper = ::fork();
  if (helper != 0) {
    PyOS_AfterFork_Parent();
    if (helper < 0) send_failure(descriptors[rest].get(), {"fork of the zygote", nullptr, errno});
    descriptors.clear();
    while (helper > 0 && ::waitpid(helper, nullptr, 0) < 0 && errno == EINTR) {
    }
    return false;
  }
  NamespaceHandles room = take_room(descriptors);
  const ResourceLimits limits = resource_limits(plan.limits);
  InterpreterContext context{room,
                             limits,
                             {plan.filter, plan.filter_size},
                             plan.working_directory,
                             descriptors[rest].get(),
                             descriptors[rest + 1].get(),
                             descriptors[rest + 2].get(),
                             descriptors[rest + 3].get()};
  become_interpreter(context);
  for (UniqueFd& handle : room) (void)handle.release();  // all closed by a step
  for (UniqueFd& descriptor : descriptors) (void)descriptor.release();
  PyOS_AfterFork_Child();
  return true;
}

}  // namespace
}  // namespace dynsessions::sandbox

using namespace dynsessions::sandbox;

/// After exec, before anything is imported: files are used as `uid`, and what privileges there are
/// go. 0, or an errno.
extern "C" int dynsessions_shed_privileges(unsigned uid) {
  StepResult result = use_files_as(uid);
  if (result.ok()) result = drop_capabilities();
  return result.error_number;
}

/// Serves the launcher on `socket`. Returns, 0, only in interpreters, which are confined then; an
/// errno when the launcher cannot be understood.
extern "C" int dynsessions_serve_forks(int socket) try {
  bool would_block = false;
  const auto plan = receive_message<ZygotePlan>(socket, would_block);
  if (!plan) ::_exit(EXIT_SUCCESS);
  for (;;) {
    auto request = receive_message<ForkRequest>(socket, would_block);
    if (!request) ::_exit(EXIT_SUCCESS);
    if (request->descriptors.size() != kForkDescriptors) return EBADMSG;
    if (fork_interpreter(plan->message, std::move(request->descriptors))) return 0;
  }
} catch (const std::exception&) {
  return EIO;
}
