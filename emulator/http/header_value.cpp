#include "emulator/http/header_value.h"

#include <algorithm>
#include <cstddef>

#include "emulator/http/text.h"

namespace dynsessions::http {
namespace {

/// Removes the text up to the first of `stops` from the front of `rest` and returns it.
std::string_view take_until(std::string_view& rest, std::string_view stops) {
  const std::string_view taken = rest.substr(0, rest.find_first_of(stops));
  rest.remove_prefix(taken.size());
  return taken;
}

/// Removes and returns a quoted string, whose opening quote is the first character of `rest`.
std::optional<std::string> take_quoted(std::string_view& rest) {
  std::string text;
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (rest[i] == '"') {
      rest.remove_prefix(i + 1);
      return text;
    }
    const bool escape =
        rest[i] == '\\' && i + 1 < rest.size() && (rest[i + 1] == '"' || rest[i + 1] == '\\');
    if (escape) ++i;
    text.push_back(rest[i]);
  }
  return std::nullopt;
}

std::optional<std::string> take_parameter_value(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
  if (!rest.starts_with('"')) return std::string(trim(take_until(rest, ";")));
  std::optional<std::string> quoted = take_quoted(rest);
  if (!trim(take_until(rest, ";")).empty()) return std::nullopt;
  return quoted;
}

}  // namespace

std::optional<std::string_view> HeaderValue::find(std::string_view name) const {
  for (const auto& [key, text] : parameters) {
    if (iequals(key, name)) return text;
  }
  return std::nullopt;
}

std::optional<HeaderValue> HeaderValue::parse(std::string_view text) {
  HeaderValue parsed;
  parsed.value = trim(take_until(text, ";"));
  while (!text.empty()) {
    text.remove_prefix(1);  // the semicolon
    const std::string_view name = trim(take_until(text, "=;"));
    if (!text.starts_with('=')) continue;  // a bare word or nothing: no parameter
    text.remove_prefix(1);
    std::optional<std::string> value = take_parameter_value(text);
    if (!value) return std::nullopt;
    parsed.parameters.emplace_back(name, std::move(*value));
  }
  return parsed;
}

}  // namespace dynsessions::http
