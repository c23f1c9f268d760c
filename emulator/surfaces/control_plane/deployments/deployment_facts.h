#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "emulator/surfaces/control_plane/arm_error.h"
#include "emulator/surfaces/control_plane/pool_state.h"
#include "emulator/surfaces/control_plane/resource_id.h"

namespace dynsessions::surfaces::control_plane {

/// The scope and name of a deployment.
struct DeploymentTarget {
  Scope scope;
  std::string name;

  [[nodiscard]] ResourceId id() const { return {scope.text(), std::string(kDeployments), name}; }
};

enum class DeploymentState { running, succeeded, failed };

/// One resource that a deployment put, or failed to put.
struct DeploymentStep {
  std::string id;
  std::string type;
  std::string name;
  bool is_new = false;
  std::optional<ArmError> error = std::nullopt;
};

/// All that is known of a deployment.
struct DeploymentFacts {
  DeploymentTarget target;
  std::string location = {};  ///< empty in a resource group
  std::map<std::string, std::string> tags = {};
  std::string correlation_id = {};
  std::string operation_id = {};  ///< id of the status that clients poll after a failure
  TimePoint started = {};
  TimePoint changed = {};
  DeploymentState state = DeploymentState::running;
  /// {"name":{"type":"String","value":…}}, without values of secure types.
  nlohmann::json parameters = nlohmann::json::object();
  nlohmann::json outputs = nlohmann::json::object();
  std::vector<DeploymentStep> steps = {};
  std::optional<ArmError> error = std::nullopt;
};

}  // namespace dynsessions::surfaces::control_plane
