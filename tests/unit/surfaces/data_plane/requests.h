#pragma once

#include <string>
#include <string_view>

#include "emulator/http/message.h"
#include "emulator/surfaces/data_plane/routes.h"

namespace dynsessions::surfaces::data_plane {

inline constexpr std::string_view kFebruary2024 = "2024-02-02-preview";
inline constexpr std::string_view kOctober2024 = "2024-10-02-preview";
inline constexpr std::string_view kFebruary2025 = "2025-02-02-preview";
inline constexpr std::string_view kOctober2025 = "2025-10-02-preview";

/// The query of a request to one session at the newest version.
inline const std::string kNewest = "identifier=sess-1&api-version=2025-10-02-preview";

/// Returns a request without headers, from the start of a request line: "GET /files?identifier=s1".
/// Throws if the target cannot be parsed.
[[nodiscard]] http::Request request_of(std::string_view line);

/// Returns the pool of requests on the bare root in these tests.
[[nodiscard]] pools::PoolName default_pool();

/// Returns the versions under the default contract options.
[[nodiscard]] const VersionTable& default_versions();

/// Returns the route of such a request; throws if there is none.
[[nodiscard]] Route route_of(std::string_view line,
                             const VersionTable& versions = default_versions());

}  // namespace dynsessions::surfaces::data_plane
