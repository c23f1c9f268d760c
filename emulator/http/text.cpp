#include "emulator/http/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>

#include "emulator/base/printable.h"
#include "emulator/base/utf8.h"

namespace dynsessions::http {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

bool iequals(std::string_view left, std::string_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

std::string lower_case(std::string_view text) {
  std::string lowered(text);
  std::transform(lowered.begin(), lowered.end(), lowered.begin(), lower);
  return lowered;
}

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

std::string as_header_value(std::string_view text) {
  constexpr std::uint32_t kEllipsis = 0x2026;
  const std::string valid = to_valid_utf8(text);
  std::string value;
  for (std::string_view rest = valid; !rest.empty();) {
    const std::uint32_t code_point = take_code_point(rest);
    if (code_point == kEllipsis) {
      value += "...";
    } else if (code_point >= 0x20 && code_point < 0x7F) {
      value += static_cast<char>(code_point);
    } else {
      constexpr int kHex = 16;
      std::array<char, 8> digits{};
      const char* const end = std::to_chars(digits.begin(), digits.end(), code_point, kHex).ptr;
      const std::string_view shown(digits.begin(), static_cast<std::size_t>(end - digits.begin()));
      value += "\\u" + std::string(shown.size() < 4 ? 4 - shown.size() : 0, '0');
      value += shown;
    }
  }
  return value;
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  while (!text.empty()) {
    if (text.front() != '%') {
      decoded.push_back(text.front());
      text.remove_prefix(1);
      continue;
    }
    if (text.size() < 3) return std::nullopt;
    const char* const digits = text.data() + 1;
    unsigned value = 0;
    if (std::from_chars(digits, digits + 2, value, 16).ptr != digits + 2) return std::nullopt;
    decoded.push_back(static_cast<char>(value));
    text.remove_prefix(3);
  }
  return decoded;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  constexpr std::string_view kMarks = "-._~";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool letter_or_digit = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
                                 (byte >= 'a' && byte <= 'z');
    if (letter_or_digit || kMarks.find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      encoded.append({'%', kDigits[byte >> 4], kDigits[byte & 0xF]});
    }
  }
  return encoded;
}

}  // namespace dynsessions::http
