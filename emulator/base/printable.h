#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace dynsessions {

/// Whether a terminal shows the character as itself: no control character (C0, DEL, C1), and none
/// of the invisible ones that reorder text or break lines.
[[nodiscard]] bool is_printable(std::uint32_t code_point);

/// Foreign bytes as text of one line that is safe to print: `\` becomes `\\`, and what
/// is_printable() refuses becomes `\u009b`. Invalid UTF-8 becomes U+FFFD. Cut after `longest` bytes
/// of the original, which shows as `…`.
[[nodiscard]] std::string printable(std::string_view text, std::size_t longest = 1024);

/// Takes the first character off valid UTF-8 that is not empty.
[[nodiscard]] std::uint32_t take_code_point(std::string_view& text);

}  // namespace dynsessions
