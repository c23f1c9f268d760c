#include "emulator/base/json_text.h"

namespace dynsessions {

using nlohmann::json;
using nlohmann::ordered_json;

namespace {

template <typename Json>
std::string text_of(const Json& value, int indent) {
  return value.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

json parse_json(std::string_view text) {
  return json::parse(text, nullptr, /*allow_exceptions=*/false);
}

ordered_json parse_ordered_json(std::string_view text) {
  return ordered_json::parse(text, nullptr, /*allow_exceptions=*/false);
}

std::string dumped(const json& value, int indent) { return text_of(value, indent); }

std::string dumped(const ordered_json& value, int indent) { return text_of(value, indent); }

const json& member_of(const json& object, const char* name) {
  static const json kNull;
  if (!object.is_object()) return kNull;
  const auto found = object.find(name);
  return found == object.end() ? kNull : *found;
}

}  // namespace dynsessions
