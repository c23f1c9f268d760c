#pragma once

#include <span>

#include "sandbox/egress/closed_networks.h"
#include "sandbox/kernel/cgroups/cgroup_join.h"
#include "sandbox/kernel/mounts/mounts.h"
#include "sandbox/kernel/namespaces/namespaces.h"
#include "sandbox/plan/sandbox_plan.h"
#include "sandbox/tiers/interpreter_child.h"

/// What runs in a new process between clone and exec, as tables of steps. Nothing here allocates,
/// logs, throws or takes a lock; see step.h. `report` is a SOCK_SEQPACKET to the launcher, see
/// child_report.h; descriptors are in the launcher's numbering.
namespace dynsessions::sandbox {

/// For the first process in a sandbox's new namespaces.
struct BuilderContext {
  const SandboxPlan& plan;
  const CgroupJoin& groups;
  uid_t owner;                          ///< of the sandbox's user namespace
  int report;                           ///< one byte comes when the id maps are written
  std::span<const Ipv4Network> closed;  ///< when there is more than the loopback
  OpenTrees trees{};
};

/// Starts the builder, as a child of the launcher, which calls this; tells its pid. The builder
/// reports (its pid has no meaning) when it is in its groups and its namespaces are complete; then
/// builds the sandbox, sends the descriptor of /mnt/data and ends.
StepFailure start_builder(BuilderContext& context, pid_t& builder);

/// For the init of a jail.
struct JailContext {
  const SandboxPlan& plan;
  NamespaceView sandbox;
  const CgroupJoin& groups;
  int report;  ///< one byte comes when the launcher holds the jail's namespaces
};

/// Enters the sandbox, starts init as a sibling (a child of the launcher) in new namespaces of
/// processes and mounts, reports its pid and ends. Init waits for the byte, mounts its /proc and
/// stays.
[[noreturn]] void run_jail_helper(JailContext& context);

/// Enters the jail, starts the interpreter as a sibling, reports its pid and ends.
[[noreturn]] void run_entering_helper(const SandboxPlan& plan, InterpreterContext& interpreter);

struct ZygoteContext {
  const SandboxPlan& plan;
  NamespaceView home;  ///< the sandbox whose files it imports from and caches go to
  int report;
  int socket;  ///< becomes its descriptor 3; see zygote_protocol.h
};

/// Execs the zygote, which can enter sandboxes but has no capability where it is.
[[noreturn]] void run_zygote(ZygoteContext& context);

}  // namespace dynsessions::sandbox
