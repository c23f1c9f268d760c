#include "emulator/base/printable.h"

#include <algorithm>
#include <array>
#include <utility>

#include "emulator/base/utf8.h"

namespace dynsessions {
namespace {

using Range = std::pair<std::uint32_t, std::uint32_t>;

/// First and last characters of these ranges: C0, DEL and C1, soft hyphen, Arabic letter mark,
/// zero-width and direction marks, line and paragraph separators and embeddings, invisible
/// operators and isolates, byte order mark, annotations, tags.
constexpr std::array kUnprintable{
    Range{0x00, 0x1F},     Range{0x7F, 0x9F},      Range{0xAD, 0xAD},     Range{0x61C, 0x61C},
    Range{0x200B, 0x200F}, Range{0x2028, 0x202E},  Range{0x2060, 0x206F}, Range{0xFEFF, 0xFEFF},
    Range{0xFFF9, 0xFFFB}, Range{0xE0000, 0xE0FFF}};

std::string escaped(std::uint32_t code_point) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text = code_point > 0xFFFF ? "\\U" : "\\u";
  for (int shift = code_point > 0xFFFF ? 28 : 12; shift >= 0; shift -= 4) {
    text += kDigits[(code_point >> shift) & 0xF];
  }
  return text;
}

}  // namespace

bool is_printable(std::uint32_t code_point) {
  return std::none_of(kUnprintable.begin(), kUnprintable.end(), [code_point](const Range& range) {
    return range.first <= code_point && code_point <= range.second;
  });
}

std::uint32_t take_code_point(std::string_view& text) {
  const auto first = static_cast<unsigned char>(text.front());
  const std::size_t size = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  std::uint32_t code_point = size == 1 ? first : first & (0x7FU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    code_point = code_point << 6 | (static_cast<unsigned char>(text[i]) & 0x3FU);
  }
  text.remove_prefix(size);
  return code_point;
}

std::string printable(std::string_view text, std::size_t longest) {
  const bool cut = text.size() > longest;
  const std::string valid = to_valid_utf8(text.substr(0, longest));
  std::string shown;
  shown.reserve(valid.size());
  for (std::string_view rest = valid; !rest.empty();) {
    const std::string_view before = rest;
    const std::uint32_t code_point = take_code_point(rest);
    if (code_point == '\\') {
      shown += "\\\\";
    } else if (is_printable(code_point)) {
      shown += before.substr(0, before.size() - rest.size());
    } else {
      shown += escaped(code_point);
    }
  }
  return cut ? shown + "…" : shown;
}

}  // namespace dynsessions
