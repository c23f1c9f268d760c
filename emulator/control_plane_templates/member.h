#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

/// Members of JSON objects by names that ARM compares without regard to case.
namespace dynsessions::control_plane_templates {

using Json = nlohmann::json;

/// Returns nullptr if `object` is no object or has no such member. An exact match wins.
[[nodiscard]] const Json* find_member(const Json& object, std::string_view name);

/// The member as text; empty if it is absent. Throws TemplateProblem if it is no text.
[[nodiscard]] std::string text_member(const Json& object, std::string_view name,
                                      const std::string& place);

/// "String", "Integer", "Object": the names that ARM's messages have for the kinds of values.
[[nodiscard]] std::string kind_of(const Json& value);

/// Estimates the bytes of a copy of the value. Throws TemplateProblem if objects and arrays are
/// nested deeper than limits::kEvaluationDepth: copies and printing need the stack.
[[nodiscard]] std::size_t weight_of(const Json& value, std::size_t depth = 0);

[[nodiscard]] std::string lower(const std::string& text);
[[nodiscard]] bool equal_names(std::string_view left, std::string_view right);

/// The names of the members, with ", " between them; shortened if they are many.
[[nodiscard]] std::string names_of(const Json& object);

}  // namespace dynsessions::control_plane_templates
