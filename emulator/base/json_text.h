#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace dynsessions {

/// Returns the member of an object; null if the value is no object or has no such member.
[[nodiscard]] const nlohmann::json& member_of(const nlohmann::json& object, const char* name);

/// Returns the text of a value, in which U+FFFD replaces invalid UTF-8. Without an `indent` it is
/// one line.
template <typename Json>
[[nodiscard]] std::string dumped(const Json& value, int indent = -1) {
  return value.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace dynsessions
