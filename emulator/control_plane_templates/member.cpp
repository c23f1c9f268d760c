#include "emulator/control_plane_templates/member.h"

#include <boost/algorithm/string/case_conv.hpp>
#include <boost/algorithm/string/predicate.hpp>

#include "emulator/control_plane_templates/limits.h"
#include "emulator/control_plane_templates/template_error.h"

namespace dynsessions::control_plane_templates {

const Json* find_member(const Json& object, std::string_view name) {
  if (!object.is_object()) return nullptr;
  const auto exact = object.find(name);
  if (exact != object.end()) return &*exact;
  for (auto member = object.begin(); member != object.end(); ++member) {
    if (equal_names(member.key(), name)) return &*member;
  }
  return nullptr;
}

std::string text_member(const Json& object, std::string_view name, const std::string& place) {
  const Json* const member = find_member(object, name);
  if (member == nullptr || member->is_null()) return {};
  if (member->is_string()) return member->get<std::string>();
  throw TemplateProblem("The member '" + std::string(name) + "' of " + place +
                        " is expected to be of type 'String', not '" + kind_of(*member) + "'");
}

std::string kind_of(const Json& value) {
  switch (value.type()) {
    case Json::value_t::null:
      return "Null";
    case Json::value_t::object:
      return "Object";
    case Json::value_t::array:
      return "Array";
    case Json::value_t::string:
      return "String";
    case Json::value_t::boolean:
      return "Boolean";
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
      return "Integer";
    case Json::value_t::number_float:
      return "Float";
    case Json::value_t::binary:
    case Json::value_t::discarded:
      break;
  }
  return "Undefined";
}

std::size_t weight_of(const Json& value, std::size_t depth) {
  if (depth > limits::kEvaluationDepth) throw TemplateProblem("A value is nested too deeply");
  std::size_t weight = sizeof(Json);
  if (value.is_string()) weight += value.get_ref<const std::string&>().size();
  if (value.is_array()) {
    for (const Json& item : value) weight += weight_of(item, depth + 1);
  }
  if (value.is_object()) {
    for (const auto& [name, member] : value.items()) {
      // Estimated size of a node of the map.
      weight += 64 + name.size() + weight_of(member, depth + 1);
    }
  }
  return weight;
}

std::string lower(const std::string& text) { return boost::algorithm::to_lower_copy(text); }

bool equal_names(std::string_view left, std::string_view right) {
  return left.size() == right.size() && boost::algorithm::iequals(left, right);
}

std::string names_of(const Json& object) {
  constexpr std::size_t kLongest = 500;
  std::string names;
  for (const auto& [name, member] : object.items()) {
    if (names.size() > kLongest) return names + ", …";
    names += (names.empty() ? "" : ", ") + name;
  }
  return names;
}

}  // namespace dynsessions::control_plane_templates
