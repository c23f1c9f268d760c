#include "sandbox/tiers/namespaced/child.h"

#include <csignal>
#include <cstdint>
#include <cstdlib>

#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/kernel/namespaces/user_counts.h"
#include "sandbox/kernel/privileges/privileges.h"
#include "sandbox/kernel/seccomp/bpf_program.h"
#include "sandbox/process/child_setup.h"
#include "sandbox/process/clone_process.h"
#include "sandbox/tiers/namespaced/init.h"

namespace dynsessions::sandbox {
namespace {

/// The launcher sends this byte over the socket of the reports.
StepResult await_go(int report) {
  char byte = 0;
  const ssize_t size = ::recv(report, &byte, sizeof(byte), 0);
  return size == 0 ? StepResult{ECANCELED} : checked(size);
}

StepResult close_from(unsigned first) { return checked(::syscall(SYS_close_range, first, ~0U, 0)); }

/// Clones this process: returns in the new process, a sibling; the old one reports its pid and
/// exits.
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

/// Podman's filter forbids this without CAP_SYS_ADMIN. Then the container's name is visible, which
/// is not a secret worth losing the sandbox for.
StepResult name_host(BuilderContext&) {
  const StepResult named = checked(::sethostname("session", 7));
  return named.error_number == EPERM ? StepResult{} : named;
}

/// A cgroup namespace shows the present group as `/`.
StepResult unshare_groups(BuilderContext&) { return checked(::unshare(CLONE_NEWCGROUP)); }

StepResult report_namespaces(BuilderContext& context) {
  ChildReport there;
  there.pid = ::getpid();
  return send_report(context.report, there);
}

constexpr Step<BuilderContext> kBuilderSteps[] = {
    {"join groups", [](BuilderContext& c) { return join_groups(c.groups.files); }},
    {"group namespace", unshare_groups},
    {"report namespaces", report_namespaces},
    {"await id maps", [](BuilderContext& c) { return await_go(c.report); }},
    {"isolate mounts", [](BuilderContext&) { return isolate_mounts(); }},
    {"open tree", [](BuilderContext& c) { return open_host_trees(c.plan.layout, c.trees); }},
    {"session user", [](BuilderContext&) { return act_as_session_user(); }},
    {"new root", [](BuilderContext&) { return mount_new_root(); }},
    {"lay out", [](BuilderContext& c) { return lay_out_root(c.plan.layout, c.trees); }},
    {"mount proc", [](BuilderContext&) { return mount_proc(); }},
    {"limit user", [](BuilderContext&) { return limit_user_counts(); }},
    {"mount tmpfs", [](BuilderContext& c) { return mount_writable(c.plan.tmpfs_options); }},
    {"change root", [](BuilderContext&) { return pivot_to_new_root(); }},
    {"read-only root", [](BuilderContext&) { return make_root_read_only(); }},
    {"loopback", [](BuilderContext&) { return bring_loopback_up(); }},
    {"close networks", [](BuilderContext& c) { return close_networks(c.closed); }},
    {"hostname", name_host},
    {"data directory", send_data_directory},
};

[[noreturn]] void run_builder(BuilderContext& context) {
  const StepFailure failure = run_steps<BuilderContext>(kBuilderSteps, context);
  if (failure) report_and_exit(context.report, failure);
  ::_exit(EXIT_SUCCESS);
}

constexpr std::size_t kHelperStackBytes = std::size_t{64} << 10;

struct OwnerContext {
  BuilderContext& builder_context;
  pid_t builder = -1;
  StepFailure failure{};
};

/// Runs in a helper that borrows the launcher's memory while the launcher waits: only the effective
/// uid is the helper's own. The builder gets a copy of both.
int clone_builder(void* argument) {
  OwnerContext& owner = *static_cast<OwnerContext*>(argument);
  BuilderContext& context = owner.builder_context;
  const StepResult changed = become_owner(context.owner);
  if (!changed.ok()) {
    owner.failure = {"session user", changed.detail, changed.error_number};
    return EXIT_FAILURE;
  }
  owner.builder = clone_process_into(context.groups, kFirstProcessNamespaces | CLONE_PARENT);
  if (owner.builder == 0) run_builder(context);
  if (owner.builder < 0) owner.failure = {"clone", nullptr, errno};
  return EXIT_SUCCESS;
}

constexpr Step<JailContext> kJailHelperSteps[] = {
    {"join groups", [](JailContext& c) { return join_groups(c.groups.files); }},
    {"enter",
     [](JailContext& c) {
       return enter_namespaces(c.sandbox, kSandboxNamespaces & ~CLONE_NEWPID);
     }},
    // Entering has made this process inaccessible to an unprivileged launcher, which must open the
    // namespaces of the next process. No other process can see it there.
    {"show memory", [](JailContext&) { return checked(::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)); }},
    {"start init",
     [](JailContext& c) { return start_sibling(c.report, CLONE_NEWPID | CLONE_NEWNS); }},
};

StepResult keep_report_only(JailContext& context) {
  if (::dup3(context.report, STDIN_FILENO, O_CLOEXEC) < 0) return {errno, "report"};
  context.report = STDIN_FILENO;
  return close_from(STDIN_FILENO + 1);
}

/// Ignored, so that the kernel reaps the orphans that become init's children.
StepResult ignore_child_exits(JailContext&) {
  return ::signal(SIGCHLD, SIG_IGN) == SIG_ERR ? StepResult{errno} : StepResult{};
}

/// Signals that glibc reserves and signal() cannot change. They have handlers if there was ever a
/// thread, for example that of a sanitizer in the launcher; in a handler the filter would end init.
StepResult drop_handlers_of_library(JailContext&) {
  struct {  // the kernel's structure; all zeros mean the default action
    void* handler;
    unsigned long flags;
    void* restorer;
    std::uint64_t mask;
  } const by_default{};
  for (const int number : {32, 33}) {
    if (::syscall(SYS_rt_sigaction, number, &by_default, nullptr, sizeof(by_default.mask)) < 0) {
      return {errno, "library's"};
    }
  }
  return {};
}

constexpr Step<JailContext> kInitSteps[] = {
    {"await jail", [](JailContext& c) { return await_go(c.report); }},
    {"descriptors", keep_report_only},
    {"session user", [](JailContext&) { return become_session_user(); }},
    // Session code will run here, and this memory is a copy of the launcher's. The step follows the
    // change of user, because that change resets the flag to fs.suid_dumpable of this host.
    {"hide memory", [](JailContext&) { return checked(::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)); }},
    {"mount proc", [](JailContext&) { return mount_proc(); }},
    {"mask proc", [](JailContext&) { return mask_proc(); }},
    {"shared memory", [](JailContext& c) { return mount_shared_memory(c.plan.tmpfs_options); }},
    {"signals", ignore_child_exits},
    {"signals", drop_handlers_of_library},
    {"privileges", [](JailContext&) { return drop_privileges(); }},
    {"seccomp", [](JailContext& c) { return install_filter(c.plan.init_filter); }},
};

struct EnteringContext {
  const SandboxPlan& plan;
  InterpreterContext& interpreter;
};

constexpr Step<EnteringContext> kEnteringHelperSteps[] = {
    {"join groups", [](EnteringContext& c) { return join_groups(c.interpreter.groups); }},
    {"enter",
     [](EnteringContext& c) { return enter_namespaces(c.interpreter.jail, kSandboxNamespaces); }},
    {"start inside", [](EnteringContext& c) { return start_sibling(c.interpreter.report, 0); }},
};

StepFailure execute(char* const* argv, char* const* envp) {
  ::execve(argv[0], argv, envp);
  return {"execute", argv[0], errno};
}

/// 0 and 1 are the launcher's /dev/null. Its 2 is the server's stderr, which the zygote must not
/// have.
StepResult arrange_zygote_descriptors(ZygoteContext& context) {
  return arrange_descriptors({context.report, context.socket, STDIN_FILENO, STDIN_FILENO});
}

/// Enters the template's namespaces, but stays in the launcher's user and PID namespaces: only from
/// there can it enter the jails of other sandboxes.
constexpr Step<ZygoteContext> kZygoteSteps[] = {
    {"session", [](ZygoteContext&) { return checked(::setsid()); }},
    {"enter",
     [](ZygoteContext& c) {
       return enter_namespaces(c.home, CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS);
     }},
    {"group",
     [](ZygoteContext& c) {
       const gid_t gid = c.plan.zygote_user.gid;
       return checked(::syscall(SYS_setresgid, gid, gid, gid));
     }},
    {"descriptors", arrange_zygote_descriptors},
    {"working directory",
     [](ZygoteContext& c) { return checked(::chdir(c.plan.working_directory.c_str())); }},
    {"signals", [](ZygoteContext&) { return unblock_signals(); }},
    {"privileges", [](ZygoteContext&) { return keep_only_change_of_user(); }},
};

}  // namespace

StepFailure start_builder(BuilderContext& context, pid_t& builder) {
  alignas(16) char stack[kHelperStackBytes];
  OwnerContext owner{context};
  const pid_t helper =
      ::clone(clone_builder, stack + sizeof(stack), CLONE_VM | CLONE_VFORK | SIGCHLD, &owner);
  if (helper < 0) return {"fork", nullptr, errno};
  while (::waitpid(helper, nullptr, 0) < 0 && errno == EINTR) {
  }
  builder = owner.builder;
  return owner.failure;
}

void run_jail_helper(JailContext& context) {
  StepFailure failure = run_steps<JailContext>(kJailHelperSteps, context);
  if (!failure) failure = run_steps<JailContext>(kInitSteps, context);
  if (failure) report_and_exit(context.report, failure);
  run_init(context.report);
  ::_exit(EXIT_FAILURE);
}

void run_entering_helper(const SandboxPlan& plan, InterpreterContext& interpreter) {
  EnteringContext context{plan, interpreter};
  StepFailure failure = run_steps<EnteringContext>(kEnteringHelperSteps, context);
  if (!failure) failure = confine_interpreter(interpreter);
  if (!failure) failure = execute(plan.argv.data(), plan.envp.data());
  report_and_exit(interpreter.report, failure);
}

void run_zygote(ZygoteContext& context) {
  StepFailure failure = run_steps<ZygoteContext>(kZygoteSteps, context);
  if (!failure) failure = execute(context.plan.zygote_argv.data(), context.plan.envp.data());
  report_and_exit(context.report, failure);
}

}  // namespace dynsessions::sandbox
