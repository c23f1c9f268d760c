#pragma once

#include <optional>
#include <span>

#include <linux/filter.h>

#include "sandbox/base/user_ids.h"
#include "sandbox/kernel/namespaces/namespaces.h"
#include "sandbox/kernel/rlimits/resource_limits.h"
#include "sandbox/process/child_report.h"
#include "sandbox/protocol/launcher_spec.h"

/// The steps that confine an interpreter in its jail: a process that execs Python afterwards, or a
/// process that was forked from the zygote and is already Python. Both use one list of steps, so
/// that there is only one to test. It runs under the rules of step.h.
namespace dynsessions::sandbox {

/// The settings that differ between the tiers.
struct Confinement {
  Tier tier = Tier::full;
  /// The user to become; nullopt: the process keeps its user, because it cannot change it.
  std::optional<UserIds> user = UserIds{kInsideUid, kInsideGid};
  int ruleset = -1;  ///< ruleset of Landlock in the restricted tier; -1: none
};

struct InterpreterContext {
  NamespaceView jail;
  std::span<const UniqueFd> groups;  ///< groups that the helper joins; see join_groups()
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
