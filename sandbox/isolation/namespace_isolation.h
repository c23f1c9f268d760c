#pragma once

#include "sandbox/isolation/isolation.h"
#include "sandbox/steps/sandbox_plan.h"

namespace dynsessions::sandbox {

/// The full tier: sandboxes.h as the launcher sees it.
class NamespaceIsolation final : public Isolation {
 public:
  [[nodiscard]] MadeSandbox create(const SandboxPlan& plan, const GroupEntrance& groups) override;
};

}  // namespace dynsessions::sandbox
