#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace dynsessions {

/// The same text where it is valid UTF-8; each maximal invalid piece becomes U+FFFD.
[[nodiscard]] std::string to_valid_utf8(std::string_view bytes);

[[nodiscard]] bool is_valid_utf8(std::string_view bytes);

/// The first `count` characters (code points) of valid UTF-8.
[[nodiscard]] std::string_view first_characters(std::string_view text, std::size_t count);

}  // namespace dynsessions
