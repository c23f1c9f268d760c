#include "emulator/surfaces/control_plane/deployments/deployment_history.h"

#include <algorithm>
#include <utility>

namespace dynsessions::surfaces::control_plane {

DeploymentHistory::Pointer DeploymentHistory::start(DeploymentFacts facts) {
  static_cast<void>(remove(facts.target));
  if (deployments_.size() >= kMost) deployments_.erase(deployments_.begin());
  return deployments_.emplace_back(std::make_shared<DeploymentFacts>(std::move(facts)));
}

DeploymentHistory::Pointer DeploymentHistory::find(const DeploymentTarget& target) const {
  const std::string key = target.id().key();
  const auto found = std::find_if(
      deployments_.begin(), deployments_.end(),
      [&key](const Pointer& deployment) { return deployment->target.id().key() == key; });
  return found == deployments_.end() ? nullptr : *found;
}

bool DeploymentHistory::remove(const DeploymentTarget& target) {
  return std::erase(deployments_, find(target)) > 0;
}

std::vector<DeploymentHistory::Pointer> DeploymentHistory::in(const Scope& scope) const {
  std::vector<Pointer> found;
  for (auto at = deployments_.rbegin(); at != deployments_.rend(); ++at) {
    if ((*at)->target.scope.key() == scope.key()) found.push_back(*at);
  }
  return found;
}

void DeploymentHistory::remove_within(const Scope& scope) {
  std::erase_if(deployments_, [key = scope.key()](const Pointer& deployment) {
    return is_within(deployment->target.id().key(), key);
  });
}

}  // namespace dynsessions::surfaces::control_plane
