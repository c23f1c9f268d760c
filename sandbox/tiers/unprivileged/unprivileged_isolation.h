#pragma once

#include <cstdint>

#include "sandbox/plan/sandbox_plan.h"
#include "sandbox/tiers/isolation.h"
#include "sandbox/tiers/session_users.h"
#include "sandbox/tiers/unprivileged/session_directories.h"

namespace dynsessions::sandbox {

/// The restricted and the insecure tier: a session is a directory on the host's disk, a jail a
/// supervisor with the interpreter below it (supervisor.h). Under a root launcher every session has
/// a separate user (session_users.h), so that it shares no files, signals or limits with another.
///
/// The restricted tier needs Landlock: ABI 3, so that no file outside can be truncated; and ABI 6,
/// so that no signal leaves the jail, unless every session has a separate user.
class UnprivilegedIsolation final : public Isolation {
 public:
  /// `users` must outlive it and its sandboxes. Throws StepError if this machine lacks a feature
  /// that the tier needs.
  UnprivilegedIsolation(Tier tier, LauncherUser user, SessionUsers& users);

  [[nodiscard]] std::unique_ptr<Pending<MadeSandbox>> create(const SandboxPlan& plan,
                                                             CgroupJoin groups) override;
  [[nodiscard]] std::optional<std::vector<pid_t>> helpers() override { return known_helpers(); }

 private:
  std::vector<pid_t> known_helpers();

  LauncherDirectory directory_;
  std::uint64_t made_ = 0;
  SessionUsers& users_;
  std::set<pid_t> starting_;  ///< supervisors that belong to no jail yet
};

}  // namespace dynsessions::sandbox
