#pragma once

#include <optional>
#include <string>
#include <string_view>

/// Helpers for the protocol parsers here. All of them work on bytes, and none depends on the
/// locale.
namespace dynsessions::http {

/// Whether the texts are equal without regard to the case of ASCII letters.
[[nodiscard]] bool iequals(std::string_view left, std::string_view right);

/// Converts ASCII letters to lower case.
[[nodiscard]] std::string lower_case(std::string_view text);

/// Removes spaces and tabs at both ends.
[[nodiscard]] std::string_view trim(std::string_view text);

/// Whether the text contains a byte below 0x20, or 0x7F.
[[nodiscard]] bool has_control_character(std::string_view text);

/// Converts a sentence to ASCII for a header: `…` becomes `...`, and any other control or non-ASCII
/// character becomes an escape such as `\u00fc`.
[[nodiscard]] std::string as_header_value(std::string_view text);

/// Replaces every `%XX` with its byte. Returns nullopt if a `%` is not followed by two hex digits.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text);

/// Encodes every byte that is not unreserved (RFC 3986 section 2.3) as `%XX`.
[[nodiscard]] std::string percent_encode(std::string_view text);

}  // namespace dynsessions::http
