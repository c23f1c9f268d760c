#pragma once

#include "sandbox/mounts.h"
#include "sandbox/namespaces.h"
#include "sandbox/sandbox_plan.h"

/// What runs in a new process between clone and exec, as two tables of steps. Nothing here
/// allocates, logs, throws or takes a lock; see step.h.
namespace dynsessions::sandbox {

/// For the first process of a sandbox: builds it, then stays as its init.
struct InitContext {
  const SandboxPlan& plan;
  int report;   ///< SOCK_SEQPACKET to the launcher, see child_report.h
  int channel;  ///< to the launcher, for as long as the sandbox lives, see init.h
  OpenTrees trees{};
};

/// Waits for one byte on `channel` (the id maps are written), then builds the sandbox, sends the
/// descriptor of /mnt/data and stays as init.
[[noreturn]] void run_first_process(InitContext& context);

/// For the interpreter. The descriptors are the sandbox's ends, in the launcher's numbering.
struct InterpreterContext {
  const SandboxPlan& plan;
  const NamespaceHandles& namespaces;
  int report;
  int control;
  int standard_output;
  int standard_error;
};

/// Enters the sandbox, starts the interpreter as a sibling (a child of the launcher), reports its
/// pid and ends.
[[noreturn]] void run_entering_helper(InterpreterContext& context);

}  // namespace dynsessions::sandbox
