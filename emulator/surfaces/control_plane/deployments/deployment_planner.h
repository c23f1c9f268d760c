#pragma once

#include <set>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "emulator/control_plane_templates/deployment_plan.h"
#include "emulator/surfaces/control_plane/deployments/deployment_facts.h"
#include "emulator/surfaces/control_plane/deployments/deployment_request.h"
#include "emulator/surfaces/control_plane/operation.h"

namespace dynsessions::surfaces::control_plane {

/// Whether the deployment puts the resource.
[[nodiscard]] bool is_put(const control_plane_templates::PlannedResource& resource);
[[nodiscard]] bool is_nested_deployment(const control_plane_templates::PlannedResource& resource);

/// Returns the target of a nested deployment; `InvalidResourceId` if its id is not that of a
/// deployment.
[[nodiscard]] ArmResult<DeploymentTarget> target_of(
    const control_plane_templates::PlannedResource& resource);

/// Reads templates on the file pool and checks what they would put, without changing anything.
class DeploymentPlanner {
 public:
  /// Limit of nested modules; each module has a template inside the outer one.
  static constexpr int kDeepest = 5;

  /// Both outlive the planner.
  DeploymentPlanner(const Services& services, const Caller& caller)
      : services_(services), caller_(caller) {}

  using Plan = control_plane_templates::DeploymentPlan;
  [[nodiscard]] boost::asio::awaitable<ArmResult<Plan>> plan(DeploymentTarget target,
                                                             DeploymentRequest request);
  /// Returns the errors of all resources whose bodies can be evaluated now, including those of
  /// nested deployments.
  [[nodiscard]] boost::asio::awaitable<std::vector<ArmError>> check(const Plan& plan,
                                                                    int depth = 0);

 private:
  [[nodiscard]] control_plane_templates::DeploymentScope scope_for(
      const DeploymentTarget& target, const DeploymentRequest& request) const;
  [[nodiscard]] ArmResult<void> check_resource(
      const control_plane_templates::PlannedResource& resource) const;
  [[nodiscard]] ArmResult<void> check_scope(const Scope& scope) const;
  [[nodiscard]] boost::asio::awaitable<std::vector<ArmError>> check_nested(
      const control_plane_templates::PlannedResource& resource, int depth);

  const Services& services_;
  const Caller& caller_;
  std::set<std::string> created_groups_;  ///< keys of groups that the templates make
};

}  // namespace dynsessions::surfaces::control_plane
