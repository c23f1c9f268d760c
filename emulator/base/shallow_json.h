#pragma once

#include <string_view>

#include <nlohmann/json.hpp>

namespace dynsessions {

enum class Comments { refused, allowed };

/// Parses JSON from outside this program. Returns `discarded` if the text is not JSON, or if
/// objects and arrays are nested deeper than `deepest`, because readers recurse.
[[nodiscard]] nlohmann::json parse_shallow_json(std::string_view text, int deepest = 64,
                                                Comments comments = Comments::refused);

}  // namespace dynsessions
