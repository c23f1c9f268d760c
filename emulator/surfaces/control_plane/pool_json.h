#pragma once

#include <nlohmann/json.hpp>

#include "emulator/pools/pool_definition.h"
#include "emulator/surfaces/control_plane/arm_versions.h"
#include "emulator/surfaces/control_plane/pool_state.h"

namespace dynsessions::surfaces::control_plane {

/// A resource as ARM shows it. In a struct because a JSON value converts to everything, also to an
/// error.
struct Resource {
  nlohmann::ordered_json json;
};

/// Answers to PUT differ from those to GET, PATCH and lists in three members (CONTROL-PLANE.md
/// section 1.2).
enum class PoolView { of_put, of_get };

enum class Provisioning { succeeded, in_progress };

/// The resource in the words of an api-version, with its members in the recorded order. Its
/// endpoint is below the address that the caller used, which is always https.
[[nodiscard]] Resource show_pool(const pools::PoolDefinition& definition,
                                 const PoolEnvelope& envelope, const ArmVersion& version,
                                 const Caller& caller, PoolView view,
                                 Provisioning provisioning = Provisioning::succeeded);

/// The display name of a region; names that are none, such as "local", are shown as they are.
[[nodiscard]] std::string shown_location(const std::string& location);

}  // namespace dynsessions::surfaces::control_plane
