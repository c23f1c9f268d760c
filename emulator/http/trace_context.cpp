#include "emulator/http/trace_context.h"

#include <algorithm>
#include <cstddef>

namespace dynsessions::http {
namespace {

constexpr std::size_t kVersion = 2;
constexpr std::size_t kTraceId = 32;
constexpr std::size_t kParentId = 16;
constexpr std::size_t kFlags = 2;
constexpr std::size_t kWhole = kVersion + 1 + kTraceId + 1 + kParentId + 1 + kFlags;
constexpr std::size_t kLongest = 128;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t";
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin);
}

bool is_lower_hex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_zero(std::string_view text) {
  return text.find_first_not_of('0') == std::string_view::npos;
}

/// Removes a dash and a field of `size` characters from the front of the text, and returns the
/// field.
std::string_view take(std::string_view& text, std::size_t size) {
  const std::string_view field = text.substr(0, size + 1);
  text.remove_prefix(field.size());
  return field.starts_with('-') ? field.substr(1) : std::string_view();
}

}  // namespace

std::string_view valid_traceparent(std::optional<std::string_view> header) {
  if (!header) return {};
  const std::string_view text = trimmed(*header);
  if (text.size() < kWhole || text.size() > kLongest) return {};
  const std::string_view version = text.substr(0, kVersion);
  std::string_view rest = text.substr(kVersion);
  const std::string_view trace = take(rest, kTraceId);
  const std::string_view parent = take(rest, kParentId);
  const std::string_view flags = take(rest, kFlags);
  const bool is_whole =
      trace.size() == kTraceId && parent.size() == kParentId && flags.size() == kFlags;
  if (!is_whole || is_zero(trace) || is_zero(parent) || version == "ff") return {};
  for (const std::string_view field : {version, trace, parent, flags}) {
    if (!is_lower_hex(field)) return {};
  }
  const bool has_more = version != "00" && rest.starts_with('-');
  const bool is_plain =
      std::all_of(rest.begin(), rest.end(), [](char c) { return c > ' ' && c < '\x7F'; });
  return rest.empty() || (has_more && is_plain) ? text : std::string_view();
}

}  // namespace dynsessions::http
