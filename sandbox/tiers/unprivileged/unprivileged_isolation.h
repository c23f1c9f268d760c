#pragma once

#include <cstdint>

#include "sandbox/plan/sandbox_plan.h"
#include "sandbox/tiers/isolation.h"
#include "sandbox/tiers/session_users.h"
#include "sandbox/tiers/unprivileged/session_directories.h"

namespace dynsessions::sandbox {

/// The restricted and the insecure tier: a session is a directory on the host's disk, a jail a
/// supervisor with the interpreter below it (supervisor.h). Under a root launcher every session has
/// a separate user (session_users.h), so that it meets the files, signals and limits of no other.
///
/// Restricted needs Landlock: ABI 3, so that no file outside can be cut; and ABI 6, so that no
/// signal leaves, unless every session has its own user.
class UnprivilegedIsolation final : public Isolation {
 public:
  /// `users` outlives it and its sandboxes. Throws StepError when this machine lacks what the tier
  /// needs.
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
