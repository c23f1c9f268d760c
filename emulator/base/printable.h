#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace dynsessions {

/// Whether a terminal shows the character as it is: neither a control character (C0, DEL, C1) nor
/// an invisible character that reorders text or breaks lines.
[[nodiscard]] bool is_printable(std::uint32_t code_point);

/// Converts untrusted bytes to a single line that is safe to print: `\` becomes `\\`, and a
/// character that is_printable() refuses becomes an escape such as `\u009b`. Invalid UTF-8 becomes
/// U+FFFD. After `longest` bytes of the original the text is cut and ends with `…`.
[[nodiscard]] std::string printable(std::string_view text, std::size_t longest = 1024);

/// Removes and returns the first character of valid UTF-8, which must not be empty.
[[nodiscard]] std::uint32_t take_code_point(std::string_view& text);

}  // namespace dynsessions
