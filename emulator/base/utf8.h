#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace dynsessions {

/// The same text where it is valid UTF-8; each maximal invalid piece becomes U+FFFD.
[[nodiscard]] std::string to_valid_utf8(std::string_view bytes);

[[nodiscard]] bool is_valid_utf8(std::string_view bytes);

/// The bytes at the end of `bytes`, at most three, that may begin a character whose rest is to
/// come. What is in front of them is repaired alike with the rest or without it.
[[nodiscard]] std::size_t unfinished_length(std::string_view bytes);

/// The number of characters (code points) of valid UTF-8.
[[nodiscard]] std::size_t count_characters(std::string_view text);

/// The first `count` characters (code points) of valid UTF-8.
[[nodiscard]] std::string_view first_characters(std::string_view text, std::size_t count);

}  // namespace dynsessions
