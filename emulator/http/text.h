#pragma once

#include <optional>
#include <string>
#include <string_view>

/// Small questions that every protocol parser here asks about text. All of them work on bytes and
/// none of them looks at the locale.
namespace dynsessions::http {

/// Equal without regard to the case of ASCII letters.
[[nodiscard]] bool iequals(std::string_view left, std::string_view right);

/// Without the spaces and tabs at both ends.
[[nodiscard]] std::string_view trim(std::string_view text);

/// Holds a byte below 0x20, or 0x7F.
[[nodiscard]] bool has_control_character(std::string_view text);

/// Every `%XX` replaced by its byte; nothing when a `%` is not followed by two hex digits.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text);

/// Every byte that is not unreserved (RFC 3986 section 2.3) as `%XX`.
[[nodiscard]] std::string percent_encode(std::string_view text);

}  // namespace dynsessions::http
