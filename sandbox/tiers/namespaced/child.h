#pragma once

#include <span>

#include "sandbox/egress/closed_networks.h"
#include "sandbox/kernel/cgroups/cgroup_join.h"
#include "sandbox/kernel/mounts/mounts.h"
#include "sandbox/kernel/namespaces/namespaces.h"
#include "sandbox/plan/sandbox_plan.h"
#include "sandbox/tiers/interpreter_child.h"

/// The code of new processes between clone and exec, as tables of steps. It must not allocate, log,
/// throw or take a lock; see step.h. `report` is a SOCK_SEQPACKET to the launcher, see
/// child_report.h; descriptors have the launcher's numbers.
namespace dynsessions::sandbox {

/// The input of the first process in a sandbox's new namespaces.
struct BuilderContext {
  const SandboxPlan& plan;
  const CgroupJoin& groups;
  uid_t owner;                          ///< of the sandbox's user namespace
  int report;                           ///< one byte arrives when the id maps are written
  std::span<const Ipv4Network> closed;  ///< networks to close if the sandbox has egress
  OpenTrees trees{};
};

/// Starts the builder as a child of the launcher and returns its pid. The builder reports when it
/// is in its groups and its namespaces are complete (the pid in this report has no meaning); then
/// it builds the sandbox, sends the descriptor of /mnt/data and exits.
StepFailure start_builder(BuilderContext& context, pid_t& builder);

/// The input of the init of a jail.
struct JailContext {
  const SandboxPlan& plan;
  NamespaceView sandbox;
  const CgroupJoin& groups;
  int report;  ///< one byte arrives when the launcher holds the jail's namespaces
};

/// Enters the sandbox, starts init as a sibling (a child of the launcher) in new namespaces of
/// processes and mounts, reports its pid and exits. Init waits for the byte, mounts its /proc and
/// stays.
[[noreturn]] void run_jail_helper(JailContext& context);

/// Enters the jail, starts the interpreter as a sibling, reports its pid and exits.
[[noreturn]] void run_entering_helper(const SandboxPlan& plan, InterpreterContext& interpreter);

struct ZygoteContext {
  const SandboxPlan& plan;
  NamespaceView home;  ///< the sandbox that contains its files and caches
  int report;
  int socket;  ///< becomes its descriptor 3; see zygote_protocol.h
};

/// Execs the zygote, which can enter sandboxes but has no capability in its own namespaces.
[[noreturn]] void run_zygote(ZygoteContext& context);

}  // namespace dynsessions::sandbox
