#include "emulator/base/utf8.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace dynsessions {
namespace {

using Byte = unsigned char;

/// The bytes that can follow a lead byte: the number of continuation bytes, and the range of the
/// first of them. The range excludes overlong forms, surrogates and code points above U+10FFFF.
struct Lead {
  Byte first, last;
  std::size_t continuations;
  Byte low, high;
};

constexpr std::array<Lead, 9> kLeads{{{0x00, 0x7F, 0, 0, 0},
                                      {0xC2, 0xDF, 1, 0x80, 0xBF},
                                      {0xE0, 0xE0, 2, 0xA0, 0xBF},
                                      {0xE1, 0xEC, 2, 0x80, 0xBF},
                                      {0xED, 0xED, 2, 0x80, 0x9F},
                                      {0xEE, 0xEF, 2, 0x80, 0xBF},
                                      {0xF0, 0xF0, 3, 0x90, 0xBF},
                                      {0xF1, 0xF3, 3, 0x80, 0xBF},
                                      {0xF4, 0xF4, 3, 0x80, 0x8F}}};

struct Step {
  std::size_t length;  ///< bytes of the character, or of the invalid piece; at least 1
  bool valid;
};

Step step_at(std::string_view bytes) {
  const auto at = [&](std::size_t i) { return static_cast<Byte>(bytes[i]); };
  for (const Lead& lead : kLeads) {
    if (at(0) < lead.first || at(0) > lead.last) continue;
    for (std::size_t i = 1; i <= lead.continuations; ++i) {
      const Byte low = i == 1 ? lead.low : 0x80;
      const Byte high = i == 1 ? lead.high : 0xBF;
      if (i >= bytes.size() || at(i) < low || at(i) > high) return {i, false};
    }
    return {lead.continuations + 1, true};
  }
  return {1, false};
}

/// Returns the number of ASCII bytes at the front. Most output is ASCII only, so it compares eight
/// bytes at a time.
std::size_t ascii_length(std::string_view bytes) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080;
  std::size_t length = 0;
  for (std::uint64_t eight = 0; length + sizeof(eight) <= bytes.size(); length += sizeof(eight)) {
    std::memcpy(&eight, bytes.data() + length, sizeof(eight));
    if ((eight & kHighBits) != 0) break;
  }
  while (length < bytes.size() && static_cast<Byte>(bytes[length]) < 0x80) ++length;
  return length;
}

/// Returns the number of bytes of valid text at the front.
std::size_t valid_length(std::string_view bytes) {
  std::size_t length = 0;
  while (true) {
    length += ascii_length(bytes.substr(length));
    if (length == bytes.size()) return length;
    const Step step = step_at(bytes.substr(length));
    if (!step.valid) return length;
    length += step.length;
  }
}

}  // namespace

std::string to_valid_utf8(std::string_view bytes) {
  constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
  std::string text;
  text.reserve(bytes.size());
  while (true) {
    const std::size_t valid = valid_length(bytes);
    text.append(bytes.substr(0, valid));
    bytes.remove_prefix(valid);
    if (bytes.empty()) return text;
    text.append(kReplacement);
    bytes.remove_prefix(step_at(bytes).length);
  }
}

bool is_valid_utf8(std::string_view bytes) { return valid_length(bytes) == bytes.size(); }

std::size_t unfinished_length(std::string_view bytes) {
  constexpr std::size_t kLongest = 3;
  for (std::size_t length = std::min(kLongest, bytes.size()); length > 0; --length) {
    const std::string_view end = bytes.substr(bytes.size() - length);
    if (static_cast<Byte>(end.front()) < 0xC2) continue;  // no lead byte of a longer character
    const Step step = step_at(end);
    if (!step.valid && step.length == length) return length;
  }
  return 0;
}

std::size_t count_characters(std::string_view text) {
  const auto begins_character = [](char c) { return (static_cast<Byte>(c) & 0xC0) != 0x80; };
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_character));
}

std::string_view first_characters(std::string_view text, std::size_t count) {
  std::size_t end = 0;
  while (end < text.size() && count > 0) {
    const std::size_t ascii = ascii_length(text.substr(end, count));
    end += ascii;
    count -= ascii;
    if (end == text.size() || count == 0) break;
    end += step_at(text.substr(end)).length;
    --count;
  }
  return text.substr(0, end);
}

std::string shortened(std::string_view text, std::size_t count) {
  const std::string_view kept = first_characters(text, count);
  return std::string(kept) + (kept.size() < text.size() ? "…" : "");
}

}  // namespace dynsessions
