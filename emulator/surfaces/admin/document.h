#pragma once

#include <string_view>

namespace dynsessions::surfaces::admin {

/// The OpenAPI document of the admin API: api-spec/admin-api.json, which the build embeds in the
/// program.
[[nodiscard]] std::string_view document();

}  // namespace dynsessions::surfaces::admin
