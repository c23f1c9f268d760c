#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace dynsessions::surfaces {

/// Whether objects carry the `$id` that the service's older JSON library gives them: as the first
/// member, numbered in document order from "1" (CONTRACT.md section 1.7).
enum class ObjectIds { numbered, absent };

/// Writes one JSON document member by member, so that order, `$id` and the digits of numbers are
/// under control; a DOM offers neither of the last two. Text must be valid UTF-8. The caller
/// balances begin and end.
class JsonWriter {
 public:
  explicit JsonWriter(ObjectIds ids) : ids_(ids) {}

  JsonWriter& begin_object();
  /// An object that has no `$id` in any document.
  JsonWriter& begin_plain_object() { return value("{"); }
  JsonWriter& end_object();
  JsonWriter& begin_array();
  JsonWriter& end_array();
  JsonWriter& key(std::string_view name);

  JsonWriter& string(std::string_view text);
  /// Begins a string whose characters the caller adds with append_json_characters(). The caller can
  /// also move the text written so far out of it, and join it with the rest later. close_string()
  /// ends the string.
  [[nodiscard]] std::string& open_string();
  JsonWriter& close_string();
  JsonWriter& integer(std::int64_t value);
  /// Writes `json`, which must be one JSON value, unchanged.
  JsonWriter& raw(std::string_view json);
  JsonWriter& null();

  JsonWriter& member(std::string_view name, std::string_view text) {
    return key(name).string(text);
  }
  JsonWriter& member(std::string_view name, std::int64_t value) { return key(name).integer(value); }

  [[nodiscard]] std::string take() { return std::move(text_); }

  /// Returns the text written since the last call. The document can be continued.
  [[nodiscard]] std::string take_piece();
  /// Bytes that take_piece() would return.
  [[nodiscard]] std::size_t size() const { return text_.size(); }

 private:
  JsonWriter& value(std::string_view json);
  void separate();

  const ObjectIds ids_;
  std::string text_;
  char last_taken_ = '\0';  ///< the character before `text_`; NUL: none
  int last_id_ = 0;
};

/// Adds `text`, which must be valid UTF-8, with the escapes that it needs between quotation marks.
void append_json_characters(std::string& json, std::string_view text);

/// Whether `text` as a whole is a number by JSON's grammar: `nan`, `1_000`, `.5` and `+1` are not.
[[nodiscard]] bool is_json_number(std::string_view text);

}  // namespace dynsessions::surfaces
