#include "emulator/base/shallow_json.h"

namespace dynsessions {

using nlohmann::json;

json parse_shallow_json(std::string_view text, int deepest, Comments comments) {
  bool too_deep = false;
  const auto limit_depth = [&](int depth, json::parse_event_t event, json&) {
    const bool opens =
        event == json::parse_event_t::object_start || event == json::parse_event_t::array_start;
    // `depth` objects and arrays are already open.
    too_deep = too_deep || (opens && depth >= deepest);
    return !too_deep;
  };
  json parsed = json::parse(text, limit_depth, /*allow_exceptions=*/false,
                            /*ignore_comments=*/comments == Comments::allowed);
  return too_deep ? json(json::value_t::discarded) : parsed;
}

}  // namespace dynsessions
