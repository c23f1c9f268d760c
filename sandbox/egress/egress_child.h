#pragma once

#include "sandbox/egress/closed_networks.h"
#include "sandbox/kernel/mounts/mounts.h"
#include "sandbox/kernel/namespaces/namespaces.h"
#include "sandbox/plan/sandbox_plan.h"
#include "sandbox/process/child_report.h"

/// The process that becomes slirp4netns, the network of one sandbox, between clone and exec; under
/// the rules of step.h. It parses whatever a session sends, so it is confined as well as what it
/// has to do allows: a session's user, the sandbox's user namespace and no capability outside it, a
/// PID namespace and a read-only root of its own without anything of the host's but /usr, no
/// environment. Once the network is there its own seccomp filter takes away most of what it could
/// do with its capabilities: exec, mount, unshare, setns, ptrace, prctl.
///
/// Not in the sandbox's cgroups: version 2 kills a group as a whole, and the first program
/// with too much memory would end its session's network.
namespace dynsessions::sandbox {

struct EgressContext {
  const SandboxPlan& plan;
  const NamespaceHandles& sandbox;
  int report;
  int ready;       ///< a byte comes on it when the sandbox has a network
  int complaints;  ///< its stderr
  OpenTrees trees{};
};

/// In a new PID namespace. Execs slirp4netns, outside of the sandbox's network.
[[noreturn]] void run_egress(EgressContext& context);

struct ClosingContext {
  const NamespaceHandles& sandbox;
  int report;
  std::span<const Ipv4Network> networks;
};

/// Closes the networks in the sandbox, reports its pid or a failure, and ends.
[[noreturn]] void run_closing(ClosingContext& context);

}  // namespace dynsessions::sandbox
