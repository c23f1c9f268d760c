#pragma once

#include <span>
#include <string>
#include <string_view>

#include "emulator/surfaces/control_plane/arm_error.h"

namespace dynsessions::surfaces::control_plane {

/// Differences between api-versions of `Microsoft.App/sessionPools` in answers. Requests are read
/// alike at every version (api-spec/CONTROL-PLANE.md section 0, fact 2).
struct ArmVersion {
  std::string_view name;
  /// The dynamic configuration has the member `lifecycleConfiguration`. In older versions it has
  /// `executionType` and the cooldown directly (section 1.3).
  bool has_lifecycle = true;
  bool has_managed_identity_settings = true;
  bool has_mcp_settings = true;
};

/// In order of age.
[[nodiscard]] std::span<const ArmVersion> arm_versions();

/// 400 `NoRegisteredProviderFound` for a version that the provider does not list.
[[nodiscard]] ArmResult<const ArmVersion*> find_arm_version(std::string_view name);

/// "2023-08-01-preview, 2023-11-02-preview, …": the header `api-supported-versions`.
[[nodiscard]] const std::string& supported_versions();

/// The newest one that is no preview, which clients choose.
[[nodiscard]] std::string_view default_version();

}  // namespace dynsessions::surfaces::control_plane
