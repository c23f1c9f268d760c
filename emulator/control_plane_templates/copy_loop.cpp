#include "emulator/control_plane_templates/copy_loop.h"

#include <algorithm>

namespace dynsessions::control_plane_templates {
namespace {

bool is_property_copy(const Json& entry) {
  const Json* const name = find_member(entry, "name");
  return name != nullptr && name->is_string() && find_member(entry, "count") != nullptr &&
         find_member(entry, "input") != nullptr;
}

}  // namespace

std::vector<PropertyCopy> property_copies(const Json& object) {
  const Json* const copy = find_member(object, "copy");
  if (copy == nullptr || !copy->is_array()) return {};
  if (!std::all_of(copy->begin(), copy->end(), is_property_copy)) return {};
  std::vector<PropertyCopy> copies;
  for (const Json& entry : *copy) {
    copies.push_back({find_member(entry, "name")->get<std::string>(), *find_member(entry, "count"),
                      *find_member(entry, "input")});
  }
  return copies;
}

std::optional<PropertyCopy> output_copy(const Json& output) {
  const Json* const copy = find_member(output, "copy");
  if (copy == nullptr || !copy->is_object()) return std::nullopt;
  const Json* const count = find_member(*copy, "count");
  const Json* const input = find_member(*copy, "input");
  if (count == nullptr || input == nullptr) return std::nullopt;
  return PropertyCopy{"", *count, *input};
}

Json unroll(Evaluator& evaluator, const PropertyCopy& copy) {
  Json values = Json::array();
  const std::size_t count = evaluator.evaluate_copy_count(copy.count, copy.name);
  for (std::size_t index = 0; index < count; ++index) {
    const ScopedIteration iteration(evaluator, copy.name, index);
    values.push_back(evaluator.evaluate(copy.input));
  }
  return values;
}

}  // namespace dynsessions::control_plane_templates
