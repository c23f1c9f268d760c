#pragma once

#include <optional>
#include <span>

#include <linux/filter.h>

#include "sandbox/limits/limits.h"
#include "sandbox/spec/launch_spec.h"
#include "sandbox/steps/child_report.h"
#include "sandbox/steps/namespaces.h"

/// What makes a process in a room into a confined interpreter, whether it execs Python then or was
/// forked from the zygote and is Python already. One list of steps for both, so that there is one
/// thing to test. It runs under the rules of step.h.
namespace dynsessions::sandbox {

/// The numbers that an interpreter finds its descriptors under.
inline constexpr int kControlFd = 3;
inline constexpr int kReportFd = 4;  ///< until it starts; see child_report.h

/// What differs between the tiers.
struct Confinement {
  Tier tier = Tier::full;
  /// Whom to become; nothing: stays who it is, having no right to become another.
  struct User {
    uid_t uid;
    gid_t gid;
  };
  std::optional<User> user = User{kInsideUid, kInsideGid};
  int ruleset = -1;  ///< restricted: of Landlock
};

struct InterpreterContext {
  const NamespaceHandles& room;
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

/// Runs the steps in the process that was forked after entering the room's namespaces.
StepFailure confine_interpreter(InterpreterContext& context);

[[noreturn]] void report_and_exit(int report, const StepFailure& failure);

/// Parts of the list that other children need as well.
struct Descriptors {
  int& report;  ///< becomes kReportFd, close-on-exec
  int control;
  int standard_output;
  int standard_error;
};
/// 0 stays; 1, 2 and 3 as named, 4 reports; all others are closed.
StepResult arrange_descriptors(const Descriptors& descriptors);
StepResult unblock_signals();
StepResult install_filter(std::span<const sock_filter> filter);

}  // namespace dynsessions::sandbox
