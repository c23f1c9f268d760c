#pragma once

#include <string_view>

#include <nlohmann/json.hpp>

namespace dynsessions {

enum class Comments { refused, allowed };

/// JSON of foreign origin; `discarded` if it is none, or if more than `deepest` objects and arrays
/// are in each other, for which a reader would need the stack.
[[nodiscard]] nlohmann::json parse_shallow_json(std::string_view text, int deepest = 64,
                                                Comments comments = Comments::refused);

}  // namespace dynsessions
