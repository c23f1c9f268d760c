#pragma once

#include <memory>

#include "sandbox/base/unique_fd.h"
#include "sandbox/kernel/cgroups/cgroup_join.h"
#include "sandbox/kernel/namespaces/namespaces.h"
#include "sandbox/plan/sandbox_plan.h"
#include "sandbox/process/spawn.h"
#include "sandbox/process/step.h"
#include "sandbox/tiers/isolation.h"

/// The launcher's side of making sandboxes and starting interpreters in them. Each function either
/// succeeds and has verified the result from outside, or throws StepError and leaves only killed
/// processes behind, which the launcher's loop reaps.
///
/// A sandbox is namespaces and mounts; no process keeps them, their handles do. Every interpreter
/// gets a *jail* in it: a PID namespace of its own with a /proc of its own, made for it and ended
/// with it; that of a sandbox's first interpreter is made when the sandbox is. Interpreters of one
/// sandbox share its files, loopback, IPC and limits, but no processes. That is what makes several
/// of them safe, in three ways:
///
/// - A newcomer has capabilities and a copy of the launcher's memory until it execs. Code that runs
///   in the sandbox already has no pid for it: it cannot signal, stop, trace, reprioritise or limit
///   it, nor open its /proc. In its own jail there is nobody but init.
/// - So nothing that it does can make the launcher wait. Set-up takes about a millisecond; ten
///   seconds per process are the end of patience with the machine.
/// - SIGKILL to the jail's init ends the jail and nothing else. The kernel lets nothing in it fork
///   or hide any more: fork bombs and daemons end with the interpreter that started them, and init
///   is only reaped when all are gone.
namespace dynsessions::sandbox {

/// Whom a sandbox belongs to on this host.
struct SandboxUser {
  UserIds ids;  ///< of its processes
  uid_t owner;  ///< of its user namespace, with whom the kernel counts it and what is in it
};

struct CreatedSandbox {
  NamespaceHandles namespaces;  ///< keep the sandbox; that of PIDs is dead, jails have their own
  UniqueFd data_directory;      ///< /mnt/data
};

/// An interpreter and the init of its jail. Both are the launcher's own children and only its loop
/// reaps them, so that their pids are safe to signal until then. Init is never reaped first.
struct InterpreterProcesses {
  pid_t init = 0;
  pid_t interpreter = 0;
};

struct StartedInterpreter {
  InterpreterProcesses processes;
  UniqueFd control;
  UniqueFd standard_output;
  UniqueFd standard_error;
};

/// Each call takes the way into the sandbox's cgroups; see Cgroups::open().
[[nodiscard]] CreatedSandbox create_sandbox(const SandboxPlan& plan, const SandboxUser& user,
                                            const CgroupJoin& groups);

/// A jail whose only process is its init. Init is killed with this object unless it is kept. Only
/// the loop reaps it, and then tells the owner of this object.
struct PendingJail {
  explicit PendingJail(pid_t pid) : init(pid, UnfinishedProcess::Reaping::in_loop) {}
  UnfinishedProcess init;
  NamespaceHandles namespaces;  ///< of the jail, for setns(2)
};

[[nodiscard]] std::unique_ptr<PendingJail> make_jail(const SandboxPlan& plan, UserIds user,
                                                     const NamespaceHandles& sandbox,
                                                     const CgroupJoin& groups);

/// Keeps the jail's init.
[[nodiscard]] StartedInterpreter start_interpreter(const SandboxPlan& plan, UserIds user,
                                                   PendingJail& jail, const CgroupJoin& groups);

struct StartedZygote {
  pid_t pid = 0;
  UniqueFd socket;  ///< see zygote_protocol.h
};

/// Starts the zygote in the namespaces `home`. It is still loading when this returns.
[[nodiscard]] StartedZygote start_zygote(const SandboxPlan& plan, const NamespaceHandles& home);

/// As start_interpreter(), but the zygote at the other end of `zygote` forks the interpreter.
/// Throws StepError with EPIPE if the zygote is gone.
[[nodiscard]] StartedInterpreter fork_interpreter(const SandboxUser& user, PendingJail& jail,
                                                  const CgroupJoin& groups, int zygote);

}  // namespace dynsessions::sandbox
