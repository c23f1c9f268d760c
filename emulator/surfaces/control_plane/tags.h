#pragma once

#include "emulator/surfaces/control_plane/arm_object.h"
#include "emulator/surfaces/control_plane/pool_state.h"

namespace dynsessions::surfaces::control_plane {

/// Refuses more tags, longer names or longer values than ARM's documented limits allow. `tags` are
/// those of the member `tags` of `root`.
void check_tags(const ArmObject& root, const Tags& tags);

}  // namespace dynsessions::surfaces::control_plane
