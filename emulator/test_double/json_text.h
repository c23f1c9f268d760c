#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace dynsessions::test_double {

/// The member of an object; null if it is no object or has no such member.
[[nodiscard]] const nlohmann::json& member_of(const nlohmann::json& object, const char* name);

/// The text of a value, in which U+FFFD replaces invalid UTF-8; on one line without an `indent`.
template <typename Json>
[[nodiscard]] std::string dumped(const Json& value, int indent = -1) {
  return value.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace dynsessions::test_double
