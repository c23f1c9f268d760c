#include "emulator/surfaces/control_plane/arm_versions.h"

#include <algorithm>
#include <array>

#include "emulator/http/text.h"

namespace dynsessions::surfaces::control_plane {
namespace {

/// CONTROL-PLANE.md section 1.1. One of the last two versions is known only by its name, the other
/// only from client packages. That 2025-01-01 lacks `mcpServerSettings` is a guess; the recordings
/// have them from 2025-02-02-preview on.
constexpr std::array kVersions{
    ArmVersion{"2023-08-01-preview", false, false, false},
    ArmVersion{"2023-11-02-preview", false, false, false},
    ArmVersion{"2024-02-02-preview", false, false, false},
    ArmVersion{"2024-08-02-preview", false, false, false},
    ArmVersion{"2024-10-02-preview", false, true, false},
    ArmVersion{"2025-01-01", true, true, false},
    ArmVersion{"2025-02-02-preview"},
    ArmVersion{"2025-07-01"},
    ArmVersion{"2025-10-02-preview"},
    ArmVersion{"2026-01-01"},
    ArmVersion{"2026-03-02-preview"},
    ArmVersion{"2026-07-01"},
};

std::string joined_names() {
  std::string names;
  for (const ArmVersion& version : kVersions) {
    names.append(names.empty() ? "" : ", ").append(version.name);
  }
  return names;
}

}  // namespace

std::span<const ArmVersion> arm_versions() { return kVersions; }

ArmResult<const ArmVersion*> find_arm_version(std::string_view name) {
  const auto* const found =
      std::find_if(kVersions.begin(), kVersions.end(),
                   [name](const ArmVersion& version) { return http::iequals(version.name, name); });
  if (found != kVersions.end()) return found;
  return ArmError{400, "NoRegisteredProviderFound",
                  "No registered resource provider found for API version '" + std::string(name) +
                      "' for type 'sessionPools'. The supported api-versions are '" +
                      supported_versions() + "'.",
                  "api-version"};
}

const std::string& supported_versions() {
  static const std::string kNames = joined_names();
  return kNames;
}

std::string_view default_version() { return kVersions.back().name; }

}  // namespace dynsessions::surfaces::control_plane
