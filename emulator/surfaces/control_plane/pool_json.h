#pragma once

#include <nlohmann/json.hpp>

#include "emulator/pools/pool_definition.h"
#include "emulator/surfaces/control_plane/arm_versions.h"
#include "emulator/surfaces/control_plane/pool_state.h"

namespace dynsessions::surfaces::control_plane {

/// A resource as ARM shows it. A struct, because a JSON value would implicitly convert to an error.
struct Resource {
  nlohmann::ordered_json json;
};

/// Answers to PUT differ from those to GET, PATCH and lists in three members (CONTROL-PLANE.md
/// section 1.2).
enum class PoolView { of_put, of_get };

enum class Provisioning { succeeded, in_progress };

/// The resource as an api-version shows it, with members in the recorded order. Its endpoint is
/// below the address that the caller used, which is always https.
[[nodiscard]] Resource show_pool(const pools::PoolDefinition& definition,
                                 const PoolEnvelope& envelope, const ArmVersion& version,
                                 const Caller& caller, PoolView view,
                                 Provisioning provisioning = Provisioning::succeeded);

/// Returns the display name of a region. Names that are not regions, such as "local", are returned
/// unchanged.
[[nodiscard]] std::string shown_location(const std::string& location);

}  // namespace dynsessions::surfaces::control_plane
