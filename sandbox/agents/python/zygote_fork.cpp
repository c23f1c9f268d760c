#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <span>

#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include "sandbox/agents/python/object_arenas.h"
#include "sandbox/kernel/cgroups/cgroup_join.h"
#include "sandbox/kernel/privileges/privileges.h"
#include "sandbox/process/child_setup.h"
#include "sandbox/tiers/interpreter_child.h"
#include "sandbox/tiers/namespaced/zygote_protocol.h"

/// The part of zygote.py that Python cannot do, as a shared object that zygote.py loads with
/// ctypes. The steps are those of interpreter_child.cpp. Python's functions for a fork are called
/// by their stable names, so no Python headers are needed.
extern "C" {
// NOLINTBEGIN(readability-identifier-naming): Python's names
void PyOS_BeforeFork();
void PyOS_AfterFork_Parent();
void PyOS_AfterFork_Child();
// NOLINTEND(readability-identifier-naming)
}

namespace dynsessions::sandbox {
namespace {

constexpr std::size_t kHelperStackBytes = std::size_t{256} << 10;

[[noreturn]] void report_start_and_exit(int report, pid_t pid) {
  ChildReport started;
  started.pid = pid;
  ::_exit(send_report(report, started).ok() ? EXIT_SUCCESS : EXIT_FAILURE);
}

/// Runs in the helper, which is the owner of the jail's user namespace until it has entered.
StepResult become_owner_of_jail(uid_t owner) {
  if (owner == ::geteuid()) return {};
  const StepResult taken = raise_change_of_user();
  return taken.ok() ? become_owner(owner) : taken;
}

/// Runs in the helper: enters groups and jail and forks there, because a PID namespace takes effect
/// only for children. Returns in the interpreter.
void become_interpreter(InterpreterContext& context, uid_t owner) {
  const StepResult joined = join_groups(context.groups);
  if (!joined.ok()) report_and_exit(context.report, {"join groups", nullptr, joined.error_number});
  const StepResult owns = become_owner_of_jail(owner);
  if (!owns.ok()) report_and_exit(context.report, {"own", owns.detail, owns.error_number});
  const StepResult entered = enter_namespaces(context.jail, kSandboxNamespaces);
  if (!entered.ok()) {
    report_and_exit(context.report, {"enter", entered.detail, entered.error_number});
  }
  // glibc's own fork, unlike a bare clone, updates its copy of the thread's id and runs the
  // handlers that libraries such as OpenBLAS have registered.
  const pid_t pid = ::fork();
  if (pid < 0) report_and_exit(context.report, {"start inside", nullptr, errno});
  if (pid > 0) report_start_and_exit(context.report, pid);
  const StepFailure failure = confine_interpreter(context);
  if (failure) report_and_exit(context.report, failure);
  // Restores the effect of an exec: /proc/self belongs to the session's user again. This memory
  // contains nothing that must be hidden from its program.
  const StepResult shown = checked(::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
  if (!shown.ok()) report_and_exit(context.report, {"show memory", nullptr, shown.error_number});
  ::close(context.report);
}

struct ForkContext {
  InterpreterContext& context;
  uid_t owner;
  ucontext_t zygote{};  ///< the place where Python's stack was left
  volatile bool is_interpreter = false;
};

int run_helper(void* argument) {
  ForkContext& start = *static_cast<ForkContext*>(argument);
  become_interpreter(start.context, start.owner);
  start.is_interpreter = true;
  ::setcontext(&start.zygote);
  ::_exit(EXIT_FAILURE);
}

/// Returns true in the interpreter; returns false in the zygote when the helper is gone.
///
/// The helper borrows the zygote's memory, on a separate stack, while the zygote stands still.
/// Copying the page tables of all loaded packages takes longer than everything else, so it is done
/// only once, for the interpreter. The interpreter then returns to its copy of Python's stack.
bool fork_interpreter(InterpreterContext& context, uid_t owner, std::span<char> stack) {
  ForkContext start{context, owner};
  PyOS_BeforeFork();
  ::getcontext(&start.zygote);  // returns a second time, in the interpreter
  if (start.is_interpreter) {
    PyOS_AfterFork_Child();
    return true;
  }
  const pid_t helper =
      ::clone(run_helper, stack.data() + stack.size(), CLONE_VM | CLONE_VFORK | SIGCHLD, &start);
  const int error_number = errno;
  PyOS_AfterFork_Parent();
  if (helper < 0) send_failure(context.report, {"fork of the zygote", nullptr, error_number});
  while (helper > 0 && ::waitpid(helper, nullptr, 0) < 0 && errno == EINTR) {
  }
  return false;
}

/// Like fork_interpreter(). Uses up all descriptors, in both processes.
bool serve_fork(const ZygotePlan& plan, const ResourceLimits& limits, std::span<char> stack,
                uid_t owner, std::vector<UniqueFd> descriptors) {
  NamespaceHandles jail;
  std::move(descriptors.begin(), descriptors.begin() + jail.size(), jail.begin());
  const std::span<UniqueFd> rest = std::span(descriptors).subspan(jail.size());
  const std::span<UniqueFd> groups = std::span(descriptors).subspan(kForkDescriptors);
  InterpreterContext context{
      view_of(jail),          groups,        limits,        {plan.filter, plan.filter_size},
      plan.working_directory, rest[0].get(), rest[1].get(), rest[2].get(),
      rest[3].get()};
  if (!fork_interpreter(context, owner, stack)) return false;
  for (UniqueFd& handle : jail) (void)handle.release();  // a step has closed all of them
  for (UniqueFd& descriptor : rest) (void)descriptor.release();
  return true;
}

}  // namespace
}  // namespace dynsessions::sandbox

using namespace dynsessions::sandbox;

/// Called after exec, before anything is imported: uses files as `uid`. If `uid` is another user
/// than this process has, keeps the capability to change users in reserve; drops every other
/// privilege. Returns 0 or an errno.
extern "C" int dynsessions_shed_privileges(unsigned uid) {
  StepResult result = use_files_as(uid);
  const bool has_other_users = uid != ::geteuid();
  if (result.ok()) result = has_other_users ? lower_change_of_user() : drop_capabilities();
  return result.error_number;
}

/// Called before packages are imported: their objects are then side by side in memory.
extern "C" void dynsessions_gather_object_arenas() { gather_object_arenas(); }

/// Serves the launcher on `socket`. Returns 0 only in interpreters, which are then confined;
/// returns an errno if the launcher's message is not understood.
extern "C" int dynsessions_serve_forks(int socket) try {
  stop_gathering_object_arenas();
  bool would_block = false;
  const auto plan = receive_message<ZygotePlan>(socket, would_block);
  if (!plan) ::_exit(EXIT_SUCCESS);
  const ResourceLimits limits = resource_limits(plan->message.limits);
  std::vector<char> stack(kHelperStackBytes);
  for (;;) {
    auto request = receive_message<ForkRequest>(socket, would_block);
    if (!request) ::_exit(EXIT_SUCCESS);
    if (request->descriptors.size() < kForkDescriptors) return EBADMSG;
    const uid_t owner = request->message.owner;
    if (serve_fork(plan->message, limits, stack, owner, std::move(request->descriptors))) return 0;
  }
} catch (const std::exception&) {
  return EIO;
}
