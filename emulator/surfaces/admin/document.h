#pragma once

#include <string_view>

namespace dynsessions::surfaces::admin {

/// The OpenAPI document of the admin API: api-spec/admin-api.json, which the build puts in here.
[[nodiscard]] std::string_view document();

}  // namespace dynsessions::surfaces::admin
