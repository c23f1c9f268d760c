#pragma once

#include <map>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "emulator/surfaces/control_plane/arm_error.h"
#include "emulator/surfaces/control_plane/resource_id.h"

namespace dynsessions::surfaces::control_plane {

/// The body of a deployment, as PUT, validate and whatIf take it.
struct DeploymentRequest {
  std::string location = {};  ///< location of a deployment to a subscription
  std::map<std::string, std::string> tags = {};
  nlohmann::json source = {};  ///< the template
  nlohmann::json parameters = nlohmann::json::object();
};

/// Reads the bodies that az and the SDKs send. Returns `InvalidRequestContent` for a body that is
/// no deployment, and `NotSupported` for a linked template and for the mode `Complete`, which would
/// delete resources. CONTROL-PLANE.md section 7 has the shape; the codes are guesses.
[[nodiscard]] ArmResult<DeploymentRequest> read_deployment(const nlohmann::json& body,
                                                           const Scope& scope);

/// The same for the text of a request.
[[nodiscard]] ArmResult<DeploymentRequest> parse_deployment(std::string_view text,
                                                            const Scope& scope);

/// 400 `InvalidDeploymentName`: 1 to 64 letters, digits and `-_.()`.
[[nodiscard]] ArmResult<void> check_deployment_name(const std::string& name);

}  // namespace dynsessions::surfaces::control_plane
