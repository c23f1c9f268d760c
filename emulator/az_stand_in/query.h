#pragma once

#include <optional>
#include <string_view>

#include <nlohmann/json.hpp>

namespace dynsessions::az_stand_in {

/// The value that a `--query` selects. Of JMESPath it understands what scripts ask about accounts:
/// `name`, `a.b`, `[a, b]` and `{x: a, y: b}`, each name in double quotes or not; a name that does
/// not exist is null. nullopt for anything else.
[[nodiscard]] std::optional<nlohmann::ordered_json> select(const nlohmann::ordered_json& value,
                                                           std::string_view query);

}  // namespace dynsessions::az_stand_in
