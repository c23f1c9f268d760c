#pragma once

#include "sandbox/plan/sandbox_plan.h"
#include "sandbox/tiers/isolation.h"
#include "sandbox/tiers/session_users.h"

namespace dynsessions::sandbox {

/// The full tier: the launcher's interface to sandboxes.h.
class NamespacedIsolation final : public Isolation {
 public:
  /// `users` must outlive it and its sandboxes.
  explicit NamespacedIsolation(SessionUsers& users);

  [[nodiscard]] std::unique_ptr<Pending<MadeSandbox>> create(const SandboxPlan& plan,
                                                             CgroupJoin groups) override;

 private:
  SessionUsers& users_;
  const bool sessions_own_namespaces_;
};

}  // namespace dynsessions::sandbox
