#pragma once

#include <cstddef>
#include <string_view>

namespace dynsessions {

/// Damerau-Levenshtein distance (optimal string alignment): the number of characters to insert,
/// delete, replace or swap with their neighbour to turn one text into the other.
[[nodiscard]] std::size_t edit_distance(std::string_view from, std::string_view to);

}  // namespace dynsessions
