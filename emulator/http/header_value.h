#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dynsessions::http {

/// A parsed header value with parameters: `form-data; name="file"; filename=a.txt` (RFC 9110
/// section 5.6.6; multipart part headers use the same form).
///
/// The parser is lenient where clients differ: a parameter can be a quoted string or any text up to
/// the next semicolon; empty parameters (`;;`) are skipped. In a quoted string `\"` and `\\` are
/// escapes and every other backslash is itself, because browsers send `filename="C:\dir\x.txt"` as
/// it is.
struct HeaderValue {
  std::string value;  ///< text before the first semicolon, trimmed
  std::vector<std::pair<std::string, std::string>> parameters;

  /// Returns the first parameter with that name; names compare without regard to case.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;

  /// Returns nullopt if a quoted string does not end, or if text follows its closing quote.
  [[nodiscard]] static std::optional<HeaderValue> parse(std::string_view text);
};

}  // namespace dynsessions::http
