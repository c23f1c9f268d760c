#pragma once

#include <nlohmann/json.hpp>

namespace dynsessions::test_double {

/// The member of an object; null if it is no object or has no such member.
[[nodiscard]] const nlohmann::json& member_of(const nlohmann::json& object, const char* name);

}  // namespace dynsessions::test_double
