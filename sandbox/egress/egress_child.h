#pragma once

#include "sandbox/egress/closed_networks.h"
#include "sandbox/kernel/mounts/mounts.h"
#include "sandbox/kernel/namespaces/namespaces.h"
#include "sandbox/plan/sandbox_plan.h"
#include "sandbox/process/child_report.h"

/// The process that becomes slirp4netns, the network of one sandbox, between clone and exec; under
/// the rules of step.h. It parses untrusted bytes of a session, so it is confined as far as its
/// work allows. It has a session's user, no capability outside the sandbox's user namespace, a
/// separate PID namespace, no environment, and a read-only root with nothing of the host except
/// /usr. Once the network is up, its own seccomp filter removes most of the ways to use its
/// capabilities: exec, mount, unshare, setns, ptrace, prctl.
///
/// It is not in the sandbox's cgroups: version 2 kills a group as a whole, and the first program
/// with too much memory would end its session's network.
namespace dynsessions::sandbox {

struct EgressContext {
  const SandboxPlan& plan;
  const NamespaceHandles& sandbox;
  int report;
  int ready;  ///< receives a byte when the sandbox has a network
  int standard_error;
  OpenTrees trees{};
};

/// Runs in a new PID namespace. Execs slirp4netns, outside of the sandbox's network.
[[noreturn]] void run_egress(EgressContext& context);

struct ClosingContext {
  const NamespaceHandles& sandbox;
  int report;
  std::span<const Ipv4Network> networks;
};

/// Closes the networks in the sandbox, reports its pid or a failure, and exits.
[[noreturn]] void run_closing(ClosingContext& context);

}  // namespace dynsessions::sandbox
