#pragma once

#include <cstdint>
#include <set>

#include "sandbox/isolation/isolation.h"
#include "sandbox/isolation/session_directories.h"
#include "sandbox/steps/sandbox_plan.h"

namespace dynsessions::sandbox {

/// The restricted and the insecure tier: a session is a directory on the host's disk, a room a
/// keeper with the interpreter below it (keeper.h). Under a root launcher every session has a user
/// of its own, so that it meets the files, signals and limits of no other.
///
/// Restricted needs Landlock: ABI 3, so that no file outside can be cut; and ABI 6, so that no
/// signal leaves, unless every session has its own user.
class ProcessIsolation final : public Isolation {
 public:
  /// Throws StepError when this machine lacks what the tier needs.
  ProcessIsolation(Tier tier, LauncherUser user);

  [[nodiscard]] MadeSandbox create(const SandboxPlan& plan, const GroupEntrance& groups) override;
  [[nodiscard]] std::optional<std::vector<pid_t>> helpers() override {
    return directory_.removers();
  }

 private:
  LauncherDirectory directory_;
  std::uint64_t made_ = 0;
  std::set<uid_t> users_;  ///< that sessions have now
};

}  // namespace dynsessions::sandbox
