#pragma once

#include <nlohmann/json_fwd.hpp>

#include "emulator/surfaces/control_plane/arm_error.h"
#include "emulator/surfaces/control_plane/pool_state.h"

namespace dynsessions::surfaces::control_plane {

enum class PoolWrite {
  create,  ///< PUT: location and properties must be there
  update,  ///< PATCH: members that are not named stay as they are, at every depth
};

struct PoolRules {
  bool exact = false;  ///< with `--exact`: only the documented range of the cooldown is accepted
  std::string tenant = {};  ///< shown in system-assigned identities
};

/// Applies the body of a PUT or PATCH to `base`. For a PUT, `base` has the defaults for absent
/// members. Both forms of the dynamic configuration are read at every api-version, and read-only
/// members are ignored, so that an answer can be sent back. Unknown members are ignored and listed
/// in `ignored`. Returns the first mistake with the member in `target`.
[[nodiscard]] ArmResult<PoolState> with_body(PoolState base, const nlohmann::json& body,
                                             PoolWrite write, const PoolRules& rules);

/// Whether the body of a PUT makes a pool of custom containers.
[[nodiscard]] bool names_container_pool(const nlohmann::json& body);

}  // namespace dynsessions::surfaces::control_plane
