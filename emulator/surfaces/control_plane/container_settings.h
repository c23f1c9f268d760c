#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace dynsessions::surfaces::control_plane {

/// `lifecycleConfiguration.lifecycleType`. Pools of code are Timed.
enum class LifecycleType { timed, on_container_exit };

/// A member of `managedIdentitySettings`.
struct IdentitySetting {
  std::string identity;   ///< "system" or a resource id
  std::string lifecycle;  ///< "None", "Main", "Init" or "All"
};

/// `customContainerTemplate` as answers show it: members in the recorded order, without nulls.
struct ContainerTemplate {
  nlohmann::ordered_json registry_credentials = nullptr;
  nlohmann::ordered_json containers = nlohmann::ordered_json::array();
  nlohmann::ordered_json ingress = nullptr;
};

/// The template that the sessions of a pool would run.
struct ActiveTemplate {
  ContainerTemplate shown;
  std::chrono::system_clock::time_point created_at;
};

/// Members that only a pool of custom containers has (CONTROL-PLANE.md section 1.3). The emulator
/// keeps and shows them, and runs no container. Values of secrets are not kept.
struct ContainerSettings {
  LifecycleType lifecycle = LifecycleType::timed;
  std::chrono::seconds max_alive_period{3600};
  ContainerTemplate wanted = {};
  std::optional<ActiveTemplate> active = std::nullopt;
  std::vector<IdentitySetting> identities = {};
};

}  // namespace dynsessions::surfaces::control_plane
