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
  bool exact = false;  ///< `--exact`: the documented range of the cooldown counts
};

/// `base` as the body of a PUT or PATCH changes it: of a PUT, `base` has the values of members that
/// are absent. Both spellings of the dynamic configuration are read at every api-version, and
/// read-only members are ignored, so that an answer can be sent back; unknown ones are ignored and
/// named in `ignored`. The first mistake is returned; its target is the member.
[[nodiscard]] ArmResult<PoolState> with_body(PoolState base, const nlohmann::json& body,
                                             PoolWrite write, PoolRules rules);

}  // namespace dynsessions::surfaces::control_plane
