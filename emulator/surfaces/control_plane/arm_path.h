#pragma once

#include "emulator/http/router.h"
#include "emulator/surfaces/control_plane/resource_id.h"

namespace dynsessions::surfaces::control_plane {

/// A path of ARM, taken apart.
struct ArmPath {
  Scope scope;          ///< without subscription: of the tenant
  http::Segments rest;  ///< after the scope
};

[[nodiscard]] ArmPath split_arm_path(http::Segments path);

/// Whether a path is ARM's. A path that ends in an operation on the sessions of a pool is the data
/// plane's, also if the pool is written as in its ARM id.
[[nodiscard]] bool is_arm_path(http::Segments path);

}  // namespace dynsessions::surfaces::control_plane
