#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "emulator/control_plane_templates/deployment_plan.h"
#include "emulator/surfaces/control_plane/deployments/deployment_facts.h"

/// Deployments as ARM shows them (CONTROL-PLANE.md section 7). The shapes are those that az 2.91
/// and azure-mgmt-resource read; no real answer was recorded.
namespace dynsessions::surfaces::control_plane {

using Json = nlohmann::ordered_json;

[[nodiscard]] std::string_view name_of(DeploymentState state);

[[nodiscard]] Json deployment_json(const DeploymentFacts& facts);
/// The entries of `GET …/operations`.
[[nodiscard]] std::vector<Json> step_list(const DeploymentFacts& facts);
/// The answer to validate.
[[nodiscard]] Json validation_json(
    const DeploymentFacts& facts,
    const std::vector<control_plane_templates::PlannedResource>& resources);
/// The answer to `GET …/operationStatuses/{id}`.
[[nodiscard]] Json status_json(const DeploymentFacts& facts);

/// An error of a template in ARM's envelope.
[[nodiscard]] ArmError arm_error(const control_plane_templates::TemplateError& error);
/// 400 `InvalidTemplateDeployment` with the errors of resources in its details.
[[nodiscard]] ArmError invalid_deployment(const DeploymentTarget& target,
                                          const std::string& tracking_id,
                                          std::vector<ArmError> details);
/// `DeploymentFailed` with the errors of resources in its details.
[[nodiscard]] ArmError failed_deployment(std::vector<ArmError> details);

}  // namespace dynsessions::surfaces::control_plane
