#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace dynsessions {

enum class Comments { refused, allowed };

/// Parses JSON from outside this program. Returns `discarded` if the text is not JSON, or if
/// objects and arrays are nested deeper than `deepest`, because readers recurse.
[[nodiscard]] nlohmann::json parse_shallow_json(std::string_view text, int deepest = 64,
                                                Comments comments = Comments::refused);

/// Explains why parse_shallow_json() discards `text`, without quoting it: "line 1, column 12:
/// unexpected '}'; expected string literal", or how deep the text can be nested.
[[nodiscard]] std::string why_not_json(std::string_view text, int deepest = 64,
                                       Comments comments = Comments::refused);

/// "line 3, column 5" of the character at `offset`; columns count bytes.
[[nodiscard]] std::string line_and_column(std::string_view text, std::size_t offset);

/// Returns what the JSON parser found and expected, without the error's number and position.
[[nodiscard]] std::string parser_message(const nlohmann::json::parse_error& error);

}  // namespace dynsessions
