#include "emulator/api/json_writer.h"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace dynsessions::api {
namespace {

std::string quoted(std::string_view text) { return nlohmann::json(text).dump(); }

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
  if (text_.empty()) return;
  const char last = text_.back();
  if (last != '{' && last != '[' && last != ':') text_ += ',';
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
  value(quoted(name));
  text_ += ':';
  return *this;
}

JsonWriter& JsonWriter::string(std::string_view text) { return value(quoted(text)); }
JsonWriter& JsonWriter::integer(std::int64_t number) { return value(std::to_string(number)); }
JsonWriter& JsonWriter::raw(std::string_view json) { return value(json); }
JsonWriter& JsonWriter::null() { return value("null"); }

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

}  // namespace dynsessions::api
