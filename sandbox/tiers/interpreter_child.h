#pragma once

#include <optional>
#include <span>

#include <linux/filter.h>

#include "sandbox/base/user_ids.h"
#include "sandbox/kernel/namespaces/namespaces.h"
#include "sandbox/kernel/rlimits/resource_limits.h"
#include "sandbox/process/child_report.h"
#include "sandbox/protocol/launcher_spec.h"

/// The steps that confine an interpreter in its jail, both for a process that execs Python
/// afterwards and for one forked from the zygote, which is Python already. One list of steps for
/// both, so that there is one thing to test. It runs under the rules of step.h.
namespace dynsessions::sandbox {

/// What differs between the tiers.
struct Confinement {
  Tier tier = Tier::full;
  /// Whom to become; nullopt: stays who it is, having no right to become another.
  std::optional<UserIds> user = UserIds{kInsideUid, kInsideGid};
  int ruleset = -1;  ///< restricted: of Landlock
};

struct InterpreterContext {
  NamespaceView jail;
  std::span<const UniqueFd> groups;  ///< for the helper; see join_groups()
  const ResourceLimits& limits;
  std::span<const sock_filter> filter;
  const char* working_directory;
  int report;
  int control;
  int standard_output;
  int standard_error;
  Confinement confinement = {};
};

/// Runs the steps in the process that was forked after entering the jail's namespaces.
StepFailure confine_interpreter(InterpreterContext& context);

}  // namespace dynsessions::sandbox
