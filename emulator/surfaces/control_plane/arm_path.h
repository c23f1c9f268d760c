#pragma once

#include "emulator/http/router.h"
#include "emulator/surfaces/control_plane/resource_id.h"

namespace dynsessions::surfaces::control_plane {

/// A parsed path of ARM.
struct ArmPath {
  Scope scope;          ///< without subscription: of the tenant
  http::Segments rest;  ///< segments after the scope
};

[[nodiscard]] ArmPath split_arm_path(http::Segments path);

/// Whether ARM handles the path. A path that ends with an operation on the sessions of a pool
/// belongs to the data plane, even if the pool is written as in its ARM id.
[[nodiscard]] bool is_arm_path(http::Segments path);

}  // namespace dynsessions::surfaces::control_plane
