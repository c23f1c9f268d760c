#pragma once

#include "sandbox/isolation/isolation.h"
#include "sandbox/steps/sandbox_plan.h"

namespace dynsessions::sandbox {

/// The full tier: sandboxes.h as the launcher sees it.
class NamespaceIsolation final : public Isolation {
 public:
  /// `plan` outlives it.
  explicit NamespaceIsolation(const SandboxPlan& plan) : plan_(plan) {}

  [[nodiscard]] MadeSandbox create(const GroupEntrance& groups) override;

 private:
  const SandboxPlan& plan_;
};

}  // namespace dynsessions::sandbox
