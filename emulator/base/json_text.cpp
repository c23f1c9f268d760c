#include "emulator/base/json_text.h"

namespace dynsessions {

using nlohmann::json;

const json& member_of(const json& object, const char* name) {
  static const json kNull;
  if (!object.is_object()) return kNull;
  const auto found = object.find(name);
  return found == object.end() ? kNull : *found;
}

}  // namespace dynsessions
