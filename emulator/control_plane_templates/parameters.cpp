#include "emulator/control_plane_templates/parameters.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "emulator/base/utf8.h"
#include "emulator/control_plane_templates/functions/function_table.h"
#include "emulator/control_plane_templates/template_error.h"

namespace dynsessions::control_plane_templates {
namespace {

struct ValueType {
  std::string_view name;   ///< as deployments show it; templates write it in any case
  std::string_view kinds;  ///< names of the expected kinds, for messages
  bool is_secure;
  bool (*accepts)(const Json& value);
};

bool is_text(const Json& value) { return value.is_string(); }
bool is_whole_number(const Json& value) { return value.is_number_integer(); }
bool is_flag(const Json& value) { return value.is_boolean(); }
bool is_array(const Json& value) { return value.is_array(); }
bool is_object(const Json& value) { return value.is_object(); }

constexpr std::array<ValueType, 7> kTypes{{{"String", "String, Uri", false, is_text},
                                           {"SecureString", "String, Uri", true, is_text},
                                           {"Int", "Integer", false, is_whole_number},
                                           {"Bool", "Boolean", false, is_flag},
                                           {"Array", "Array", false, is_array},
                                           {"Object", "Object", false, is_object},
                                           {"SecureObject", "Object", true, is_object}}};

const ValueType& type_of(const std::string& name, const std::string& place) {
  const auto* const found =
      std::find_if(kTypes.begin(), kTypes.end(),
                   [&name](const ValueType& type) { return equal_names(type.name, name); });
  if (found != kTypes.end()) return *found;
  throw TemplateProblem("The type '" + name + "' of " + place +
                        " is not valid. Types are string, securestring, int, bool, array, object "
                        "and secureobject");
}

void require_object(const Json& value, const std::string& place) {
  if (value.is_object()) return;
  throw TemplateProblem(place + " is expected to be of type 'Object', not '" + kind_of(value) +
                        "'");
}

bool is_null(const Json* member) { return member == nullptr || member->is_null(); }

/// Returns the value that the rule limits: the length of a text or an array, or the number itself.
std::int64_t measure_of(const Json& value) {
  if (value.is_string()) {
    return std::int64_t(count_characters(value.get_ref<const std::string&>()));
  }
  return value.is_number_integer() ? value.get<std::int64_t>() : std::int64_t(value.size());
}

class Declaration {
 public:
  Declaration(std::string name, const Json& declaration)
      : name_(std::move(name)), declaration_(declaration) {
    require_object(declaration, place());
    if (find_member(declaration, "$ref") != nullptr) {
      throw TemplateProblem("The emulator does not support user-defined types: " + place() +
                            " has a '$ref'");
    }
  }

  [[nodiscard]] std::string place() const { return "the template parameter '" + name_ + "'"; }
  [[nodiscard]] std::string type_name() const { return text_member(declaration_, "type", place()); }
  [[nodiscard]] const Json* default_value() const {
    return find_member(declaration_, "defaultValue");
  }
  [[nodiscard]] bool is_nullable() const {
    const Json* const member = find_member(declaration_, "nullable");
    return member != nullptr && member->is_boolean() && member->get<bool>();
  }

  void check(const Json& value) const {
    if (value.is_null() && is_nullable()) return;
    const ValueType& type = type_of(type_name(), place());
    if (!type.accepts(value)) {
      refuse("Expected a value of type '" + std::string(type.kinds) +
             "', but received a value of type '" + kind_of(value) + "'");
    }
    check_allowed(value);
    const bool is_number = value.is_number_integer();
    check_bound(value, is_number ? "minValue" : "minLength", std::greater_equal<>());
    check_bound(value, is_number ? "maxValue" : "maxLength", std::less_equal<>());
  }

 private:
  [[noreturn]] void refuse(const std::string& why) const {
    throw TemplateProblem("The provided value for " + place() + " is not valid. " + why);
  }

  void check_allowed(const Json& value) const {
    const Json* const allowed = find_member(declaration_, "allowedValues");
    if (allowed == nullptr) return;
    if (!allowed->is_array()) refuse("Its 'allowedValues' are no array");
    if (std::find(allowed->begin(), allowed->end(), value) != allowed->end()) return;
    std::string values;
    for (const Json& one : *allowed) values += (values.empty() ? "" : ",") + text_of(one);
    refuse("The parameter value is not part of the allowed value(s): '" +
           std::string(first_characters(values, 500)) + "'");
  }

  template <typename IsWithin>
  void check_bound(const Json& value, const char* rule, IsWithin is_within) const {
    const Json* const bound = find_member(declaration_, rule);
    if (bound == nullptr || value.is_boolean() || value.is_object()) return;
    if (!bound->is_number_integer()) refuse("Its '" + std::string(rule) + "' is no whole number");
    if (is_within(measure_of(value), bound->get<std::int64_t>())) return;
    refuse("It breaks the rule '" + std::string(rule) + "' of " + bound->dump());
  }

  std::string name_;
  const Json& declaration_;
};

/// The value of one entry of the request's `parameters`.
const Json& given_value(const std::string& name, const Json& entry) {
  const Json* const value = find_member(entry, "value");
  if (value != nullptr) return *value;
  if (find_member(entry, "reference") != nullptr) {
    throw TemplateProblem(
        "The emulator has no key vault, to which the value of the template "
        "parameter '" +
        name + "' refers");
  }
  throw TemplateProblem("The value of the template parameter '" + name +
                        "' is expected as {\"value\": …}");
}

/// The values of the request by the names of the declarations.
Json given_values(const Json& declarations, const Json& given) {
  Json values = Json::object();
  for (const auto& [name, entry] : given.items()) {
    if (find_member(declarations, name) == nullptr) {
      throw TemplateProblem(
          "The template parameters '" + name +
          "' in the parameters file are not valid; they are not present in the original template "
          "and can therefore not be provided at deployment time. The only supported parameters for "
          "this template are '" +
          names_of(declarations) + "'");
    }
    values[name] = given_value(name, entry);
  }
  return values;
}

/// The default values of parameters without a value; a nullable one without either is null.
Json default_values(const Json& declarations, const Json& values) {
  Json defaults = Json::object();
  for (const auto& [name, entry] : declarations.items()) {
    const Declaration declaration(name, entry);
    if (!is_null(find_member(values, name))) continue;
    if (const Json* const value = declaration.default_value()) {
      defaults[name] = *value;
    } else if (declaration.is_nullable()) {
      defaults[name] = nullptr;
    } else if (find_member(values, name) == nullptr) {
      throw TemplateProblem(
          "The value for the template parameter '" + name +
          "' is not provided. Please see https://aka.ms/arm-create-parameter-file "
          "for usage details");
    }
  }
  return defaults;
}

}  // namespace

Json typed_value(const std::string& type_name, Json value, const std::string& place) {
  const ValueType& type = type_of(type_name, place);
  if (!type.accepts(value) && !value.is_null()) {
    throw TemplateProblem("The value of " + place + " is expected to be of type '" +
                          std::string(type.kinds) + "', not '" + kind_of(value) + "'");
  }
  Json shown{{"type", type.name}};
  if (!type.is_secure) shown["value"] = std::move(value);
  return shown;
}

Json resolve_parameters(Evaluator& evaluator, const Json& declarations, const Json& given) {
  require_object(declarations, "The member 'parameters' of the template");
  require_object(given, "The member 'parameters' of the request");
  if (declarations.size() > limits::kParameters) {
    throw TemplateProblem("The template has more than " + std::to_string(limits::kParameters) +
                          " parameters");
  }
  Json values = given_values(declarations, given);
  Json defaults = default_values(declarations, values);
  for (const auto& [name, value] : defaults.items()) values.erase(name);
  evaluator.define_parameters(values, std::move(defaults));
  Json shown = Json::object();
  for (const auto& [name, entry] : declarations.items()) {
    const Declaration declaration(name, entry);
    Json value = evaluator.parameter(name);
    declaration.check(value);
    shown[name] = typed_value(declaration.type_name(), std::move(value), declaration.place());
  }
  return shown;
}

}  // namespace dynsessions::control_plane_templates
