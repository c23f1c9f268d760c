#pragma once

#include "sandbox/plan/sandbox_plan.h"
#include "sandbox/tiers/isolation.h"

namespace dynsessions::sandbox {

/// The full tier: sandboxes.h as the launcher sees it.
class NamespacedIsolation final : public Isolation {
 public:
  [[nodiscard]] std::unique_ptr<Pending<MadeSandbox>> create(const SandboxPlan& plan,
                                                             CgroupJoin groups) override;
};

}  // namespace dynsessions::sandbox
