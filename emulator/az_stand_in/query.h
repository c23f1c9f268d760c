#pragma once

#include <optional>
#include <string_view>

#include <nlohmann/json.hpp>

namespace dynsessions::az_stand_in {

/// Returns the value that a `--query` selects. Supports the part of JMESPath that scripts use for
/// accounts: `name`, `a.b`, `[a, b]` and `{x: a, y: b}`, each name in double quotes or not; a name
/// that does not exist is null. Returns nullopt for any other query.
[[nodiscard]] std::optional<nlohmann::ordered_json> select(const nlohmann::ordered_json& value,
                                                           std::string_view query);

}  // namespace dynsessions::az_stand_in
