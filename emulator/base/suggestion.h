#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace dynsessions {

/// The candidate that `word` was probably meant to be: the nearest one in which at most a third of
/// the characters are wrong, or the only one that starts with `word`. Upper and lower case, and `_`
/// and `-`, count as equal. Returns nullopt if no candidate is near.
[[nodiscard]] std::optional<std::string_view> nearest(std::string_view word,
                                                      std::span<const std::string_view> candidates);

/// "; did you mean `port`?", or an empty text.
[[nodiscard]] std::string did_you_mean(std::string_view word,
                                       std::span<const std::string_view> candidates);

}  // namespace dynsessions
