#include "emulator/surfaces/json_writer.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include "emulator/base/utf8.h"

namespace dynsessions::surfaces {
namespace {

/// The escape of each byte between quotation marks: 0 for no escape, `u` for \u00XX, any other
/// value for a backslash and this character.
constexpr std::array<char, 256> kEscapes = [] {
  std::array<char, 256> escapes{};
  for (std::size_t c = 0; c < 0x20; ++c) escapes[c] = 'u';
  constexpr std::string_view kShort = "\bb\ff\nn\rr\tt\"\"\\\\";
  for (std::size_t i = 0; i < kShort.size(); i += 2) {
    escapes[static_cast<unsigned char>(kShort[i])] = kShort[i + 1];
  }
  return escapes;
}();

char escape_of(char c) { return kEscapes[static_cast<unsigned char>(c)]; }

void append_escaped(std::string& json, char c) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const char escape = escape_of(c);
  json += '\\';
  json += escape;
  if (escape != 'u') return;
  const auto byte = static_cast<unsigned char>(c);
  json += "00";
  json += kDigits[byte >> 4];
  json += kDigits[byte & 0xF];
}

/// Removes leading digits; false when there is none.
bool skip_digits(std::string_view& text) {
  const auto end =
      std::find_if(text.begin(), text.end(), [](char c) { return c < '0' || c > '9'; });
  const auto count = static_cast<std::size_t>(end - text.begin());
  text.remove_prefix(count);
  return count > 0;
}

bool skip(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

void JsonWriter::separate() {
  const char last = text_.empty() ? last_taken_ : text_.back();
  if (last != '\0' && last != '{' && last != '[' && last != ':') text_ += ',';
}

std::string JsonWriter::take_piece() {
  if (!text_.empty()) last_taken_ = text_.back();
  return std::exchange(text_, {});
}

JsonWriter& JsonWriter::value(std::string_view json) {
  separate();
  text_ += json;
  return *this;
}

JsonWriter& JsonWriter::begin_object() {
  value("{");
  if (ids_ == ObjectIds::numbered) member("$id", std::to_string(++last_id_));
  return *this;
}

JsonWriter& JsonWriter::end_object() {
  text_ += '}';
  return *this;
}

JsonWriter& JsonWriter::begin_array() { return value("["); }

JsonWriter& JsonWriter::end_array() {
  text_ += ']';
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  string(name);
  text_ += ':';
  return *this;
}

std::string& JsonWriter::open_string() {
  separate();
  return text_ += '"';
}

JsonWriter& JsonWriter::close_string() {
  text_ += '"';
  return *this;
}

JsonWriter& JsonWriter::string(std::string_view text) {
  append_json_characters(open_string(), text);
  return close_string();
}

JsonWriter& JsonWriter::integer(std::int64_t number) { return value(std::to_string(number)); }
JsonWriter& JsonWriter::raw(std::string_view json) { return value(json); }
JsonWriter& JsonWriter::null() { return value("null"); }

/// Does not use nlohmann_json, which writes byte by byte: that took most of the time for a megabyte
/// of output.
void append_json_characters(std::string& json, std::string_view text) {
  if (!is_valid_utf8(text)) throw std::invalid_argument("JSON of text that is not UTF-8");
  while (!text.empty()) {
    const auto plain = std::find_if(text.begin(), text.end(), escape_of);
    const auto length = static_cast<std::size_t>(plain - text.begin());
    json += text.substr(0, length);
    text.remove_prefix(length);
    if (text.empty()) break;
    append_escaped(json, text.front());
    text.remove_prefix(1);
  }
}

bool is_json_number(std::string_view text) {
  skip(text, "-");
  if (!skip(text, "0") && !skip_digits(text)) return false;
  if (skip(text, ".") && !skip_digits(text)) return false;
  if (skip(text, "eE")) {
    skip(text, "+-");
    if (!skip_digits(text)) return false;
  }
  return text.empty();
}

}  // namespace dynsessions::surfaces
