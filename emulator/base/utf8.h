#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace dynsessions {

/// Replaces each maximal invalid piece with U+FFFD. Valid UTF-8 stays unchanged.
[[nodiscard]] std::string to_valid_utf8(std::string_view bytes);

[[nodiscard]] bool is_valid_utf8(std::string_view bytes);

/// Number of bytes at the end of `bytes`, at most three, that can be the beginning of a character.
/// The repair of the bytes in front of them does not depend on what follows.
[[nodiscard]] std::size_t unfinished_length(std::string_view bytes);

/// The number of characters (code points) of valid UTF-8.
[[nodiscard]] std::size_t count_characters(std::string_view text);

/// The first `count` characters (code points) of valid UTF-8.
[[nodiscard]] std::string_view first_characters(std::string_view text, std::size_t count);

/// The same, followed by `…` if that is not the whole text.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t count);

}  // namespace dynsessions
