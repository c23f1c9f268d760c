#include "emulator/control_plane_templates/template_text.h"

#include <cctype>
#include <string>

#include "emulator/base/shallow_json.h"
#include "emulator/control_plane_templates/limits.h"

namespace dynsessions::control_plane_templates {
namespace {

constexpr std::string_view kBareKey = "template";

/// The first position behind the string, comment or character at `at`.
std::size_t end_of_token(std::string_view text, std::size_t at) {
  if (text[at] == '"') {
    for (++at; at < text.size() && text[at] != '"'; ++at) {
      if (text[at] == '\\') ++at;
    }
    return at + 1;
  }
  if (text.substr(at, 2) == "//") return std::min(text.find('\n', at), text.size());
  if (text.substr(at, 2) == "/*") {
    const std::size_t end = text.find("*/", at + 2);
    return end == std::string_view::npos ? text.size() : end + 2;
  }
  return at + 1;
}

bool is_space(char character) { return std::isspace(static_cast<unsigned char>(character)) != 0; }

bool is_bare_key_at(std::string_view text, std::size_t at, char before) {
  if (before != '{' && before != ',') return false;
  if (text.substr(at, kBareKey.size()) != kBareKey) return false;
  std::size_t behind = at + kBareKey.size();
  while (behind < text.size() && is_space(text[behind])) ++behind;
  return behind < text.size() && text[behind] == ':';
}

/// Returns the position of the key `template` without quotes; npos if there is none.
std::size_t find_bare_key(std::string_view text) {
  char before = '\0';  // the previous character that is neither space nor part of a comment
  for (std::size_t at = 0; at < text.size();) {
    if (is_bare_key_at(text, at, before)) return at;
    const std::size_t end = end_of_token(text, at);
    const bool is_comment = text[at] == '/' && end > at + 1;
    if (!is_comment && !is_space(text[at])) before = text[at];
    at = end;
  }
  return std::string_view::npos;
}

/// The text with quotes around the key `template`, which az leaves out.
std::string with_quoted_key(std::string_view text) {
  const std::size_t key = find_bare_key(text);
  if (key == std::string_view::npos) return std::string(text);
  std::string quoted(text.substr(0, key));
  quoted += '"' + std::string(kBareKey) + '"';
  return quoted.append(text.substr(key + kBareKey.size()));
}

}  // namespace

std::optional<Json> parse_template_text(std::string_view text) {
  Json parsed = parse_shallow_json(text, limits::kJsonDepth, Comments::allowed);
  if (parsed.is_discarded()) return std::nullopt;
  return parsed;
}

std::optional<Json> parse_deployment_body(std::string_view text) {
  auto parsed = parse_template_text(text);
  return parsed ? parsed : parse_template_text(with_quoted_key(text));
}

std::string why_no_template(std::string_view text) {
  return why_not_json(text, limits::kJsonDepth, Comments::allowed);
}

std::string why_no_deployment_body(std::string_view text) {
  return why_no_template(with_quoted_key(text));
}

}  // namespace dynsessions::control_plane_templates
