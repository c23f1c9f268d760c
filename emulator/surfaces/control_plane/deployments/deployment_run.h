#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "emulator/surfaces/control_plane/deployments/deployment_planner.h"

namespace dynsessions::surfaces::control_plane {

/// Puts the resources of one deployment in their order, and then evaluates its outputs. If a
/// resource fails, earlier ones stay, as at the service. Planner and store have already checked
/// everything else, so only references and changes of the server's state can fail. Other requests
/// are served between two resources.
class DeploymentRun {
 public:
  /// Both outlive the run.
  DeploymentRun(const Services& services, const Caller& caller)
      : services_(services), caller_(caller) {}

  /// `facts` is in the history and is completed.
  boost::asio::awaitable<void> run(DeploymentPlanner::Plan plan,
                                   std::shared_ptr<DeploymentFacts> facts, int depth = 0);

  /// Members that Azure takes and ignores, for `x-emulator-warning`.
  [[nodiscard]] const std::vector<std::string>& ignored() const { return ignored_; }

 private:
  using PlannedResource = control_plane_templates::PlannedResource;
  using References = control_plane_templates::References;

  [[nodiscard]] boost::asio::awaitable<ArmResult<void>> put(DeploymentPlanner::Plan& plan,
                                                            const PlannedResource& resource,
                                                            DeploymentFacts& facts, int depth);
  [[nodiscard]] boost::asio::awaitable<ArmResult<void>> put_nested(const PlannedResource& resource,
                                                                   const nlohmann::json& body,
                                                                   std::string correlation_id,
                                                                   int depth);
  [[nodiscard]] boost::asio::awaitable<ArmResult<void>> find_outputs(DeploymentPlanner::Plan& plan,
                                                                     DeploymentFacts& facts);
  [[nodiscard]] References find_references(const DeploymentPlanner::Plan& plan,
                                           const std::set<std::string>& ids) const;
  void end(DeploymentFacts& facts, DeploymentState state) const;

  const Services& services_;
  const Caller& caller_;
  std::vector<std::string> ignored_;
};

/// Puts a running deployment into the history. 409 `DeploymentActive` while one of the same name
/// runs.
[[nodiscard]] ArmResult<std::shared_ptr<DeploymentFacts>> start_deployment(
    const Services& services, const DeploymentTarget& target, const DeploymentRequest& request,
    std::string correlation_id);

}  // namespace dynsessions::surfaces::control_plane
