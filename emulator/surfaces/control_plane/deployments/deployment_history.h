#pragma once

#include <memory>
#include <vector>

#include "emulator/surfaces/control_plane/deployments/deployment_facts.h"

namespace dynsessions::surfaces::control_plane {

/// The deployments, oldest first. The service keeps 800 per scope and deletes older ones; here all
/// scopes share a smaller limit, which bounds memory. Event-loop thread only.
class DeploymentHistory {
 public:
  static constexpr std::size_t kMost = 800;

  /// Shared with the request that runs the deployment, because the history can forget it before the
  /// end.
  using Pointer = std::shared_ptr<DeploymentFacts>;

  /// Replaces the deployment of that name, which is not running.
  Pointer start(DeploymentFacts facts);
  /// nullptr if there is none.
  [[nodiscard]] Pointer find(const DeploymentTarget& target) const;
  [[nodiscard]] bool remove(const DeploymentTarget& target);
  /// Deployments directly in the scope, newest first.
  [[nodiscard]] std::vector<Pointer> in(const Scope& scope) const;
  void remove_within(const Scope& scope);

 private:
  std::vector<Pointer> deployments_;
};

}  // namespace dynsessions::surfaces::control_plane
