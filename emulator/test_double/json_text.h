#pragma once

#include <string_view>

#include <nlohmann/json.hpp>

namespace dynsessions::test_double {

/// JSON of foreign origin; `discarded` if it is none, or nested deeper than 64 levels, which a
/// parser would need the stack for.
[[nodiscard]] nlohmann::json parse_shallow_json(std::string_view text);

/// The member of an object; null if it is no object or has no such member.
[[nodiscard]] const nlohmann::json& member_of(const nlohmann::json& object, const char* name);

}  // namespace dynsessions::test_double
