#include "emulator/core/utf8.h"

#include <array>

namespace dynsessions {
namespace {

using Byte = unsigned char;

/// What may follow a lead byte: how many continuation bytes, and the range of the first of them
/// (which is where overlong forms, surrogates and code points above U+10FFFF are kept out).
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

}  // namespace

std::string to_valid_utf8(std::string_view bytes) {
  constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
  std::string text;
  text.reserve(bytes.size());
  while (!bytes.empty()) {
    const Step step = step_at(bytes);
    text.append(step.valid ? bytes.substr(0, step.length) : kReplacement);
    bytes.remove_prefix(step.length);
  }
  return text;
}

bool is_valid_utf8(std::string_view bytes) {
  while (!bytes.empty()) {
    const Step step = step_at(bytes);
    if (!step.valid) return false;
    bytes.remove_prefix(step.length);
  }
  return true;
}

std::string_view first_characters(std::string_view text, std::size_t count) {
  std::size_t end = 0;
  while (end < text.size() && count > 0) {
    end += step_at(text.substr(end)).length;
    --count;
  }
  return text.substr(0, end);
}

}  // namespace dynsessions
