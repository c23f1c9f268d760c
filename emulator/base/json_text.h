#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace dynsessions {

/// Returns the value of a JSON text, or `discarded` if the text is not JSON. For texts of this
/// program and its machine; parse_shallow_json() is for those of clients. The compiler makes the
/// parser here once, and not for each kind of text.
[[nodiscard]] nlohmann::json parse_json(std::string_view text);
/// The same; the members keep their order.
[[nodiscard]] nlohmann::ordered_json parse_ordered_json(std::string_view text);

/// Returns the member of an object; null if the value is no object or has no such member.
[[nodiscard]] const nlohmann::json& member_of(const nlohmann::json& object, const char* name);

/// Returns the text of a value, in which U+FFFD replaces invalid UTF-8. Without an `indent` it is
/// one line.
[[nodiscard]] std::string dumped(const nlohmann::json& value, int indent = -1);
[[nodiscard]] std::string dumped(const nlohmann::ordered_json& value, int indent = -1);

}  // namespace dynsessions
