#include "emulator/control_plane_templates/evaluator.h"

#include <algorithm>
#include <utility>

#include "emulator/control_plane_templates/copy_loop.h"
#include "emulator/control_plane_templates/functions/function_table.h"
#include "emulator/control_plane_templates/template_error.h"

namespace dynsessions::control_plane_templates {
namespace {

[[noreturn]] void refuse_key(const Json& object, const Json& key) {
  throw TemplateProblem("The language expression property '" + text_of(key) +
                        "' doesn't exist, available properties are '" + names_of(object) + "'");
}

[[noreturn]] void refuse_index(const Json& key) {
  throw TemplateProblem("The language expression property array index '" + text_of(key) +
                        "' is out of bounds");
}

/// The member or item, which must exist.
const Json& part_of(const Json& object, const Json& key) {
  if (object.is_object() && key.is_string()) {
    const Json* const member = find_member(object, key.get_ref<const std::string&>());
    if (member == nullptr) refuse_key(object, key);
    return *member;
  }
  if (object.is_array() && key.is_number_integer()) {
    const auto index = key.get<std::int64_t>();
    if (index < 0 || std::size_t(index) >= object.size()) refuse_index(key);
    return object[std::size_t(index)];
  }
  throw TemplateProblem("The language expression property '" + text_of(key) +
                        "' can't be evaluated: the value in front of it is of type '" +
                        kind_of(object) + "'");
}

}  // namespace

/// Counts the depth of nested evaluations.
class Evaluator::Level {
 public:
  explicit Level(Evaluator& evaluator) : evaluator_(evaluator) {
    if (evaluator_.depth_ >= limits::kEvaluationDepth) {
      throw TemplateProblem("Expressions and variables of the template are nested too deeply");
    }
    ++evaluator_.depth_;
  }
  Level(const Level&) = delete;
  Level& operator=(const Level&) = delete;
  ~Level() { --evaluator_.depth_; }

 private:
  Evaluator& evaluator_;
};

/// Marks a parameter or variable as being evaluated. Its value cannot depend on the iterations of
/// loops, so they are hidden from it.
class Evaluator::OpenDefinition {
 public:
  OpenDefinition(Evaluator& evaluator, Definitions& definitions, const std::string& key)
      : evaluator_(evaluator), definitions_(definitions), key_(key) {
    if (!definitions.open.insert(key).second) {
      throw TemplateProblem("The template " + definitions.what + " '" + key +
                            "' is defined by itself");
    }
    outer_ = std::exchange(evaluator.iterations_, {});
  }
  OpenDefinition(const OpenDefinition&) = delete;
  OpenDefinition& operator=(const OpenDefinition&) = delete;
  ~OpenDefinition() {
    evaluator_.iterations_ = std::move(outer_);
    definitions_.open.erase(key_);
  }

 private:
  Evaluator& evaluator_;
  Definitions& definitions_;
  const std::string& key_;
  Iterations outer_;
};

void Evaluator::define_parameters(const Json& values, Json defaults) {
  for (const auto& [name, value] : values.items()) parameters_.known.emplace(lower(name), value);
  parameters_.unevaluated = std::move(defaults);
}

void Evaluator::spend(std::size_t bytes) {
  spent_ += std::min(bytes, limits::kEvaluationBytes);
  if (spent_ > limits::kEvaluationBytes) {
    throw TemplateProblem("The evaluation of the template needs more than the " +
                          std::to_string(limits::kEvaluationBytes >> 20) +
                          " MiB that the emulator allows");
  }
}

Json Evaluator::weighed(Json value) {
  spend(weight_of(value));
  return value;
}

Json Evaluator::evaluate(const Json& value) {
  const Level level(*this);
  if (value.is_string()) return evaluate_string(value.get_ref<const std::string&>());
  if (value.is_object()) return evaluate_object(value);
  if (!value.is_array()) return weighed(value);
  Json items = Json::array();
  spend(sizeof(Json));
  for (const Json& item : value) items.push_back(evaluate(item));
  return items;
}

Json Evaluator::evaluate_string(const std::string& text) {
  spend(text.size());
  const auto expression = expression_in(text);
  if (!expression) return weighed(std::string(literal_of(text)));
  return evaluate(parse_expression(*expression));
}

Json Evaluator::evaluate_object(const Json& object) {
  const std::vector<PropertyCopy> copies = property_copies(object);
  Json members = Json::object();
  spend(sizeof(Json));
  for (const auto& [name, member] : object.items()) {
    spend(name.size());
    if (!copies.empty() && equal_names(name, "copy")) continue;
    members[name] = evaluate(member);
  }
  for (const PropertyCopy& copy : copies) members[copy.name] = unroll(*this, copy);
  return members;
}

Json Evaluator::evaluate(const Expression& expression) {
  const Level level(*this);
  switch (expression.kind) {
    case Expression::Kind::text:
      return weighed(expression.text);
    case Expression::Kind::number:
      return weighed(expression.number);
    case Expression::Kind::call:
      return weighed(call(expression));
    case Expression::Kind::access:
      return weighed(access(expression));
  }
  return {};
}

Json Evaluator::call(const Expression& call) {
  if (auto value = call_lazily(call)) return *std::move(value);
  const Function& function = find_function(call.text);
  std::vector<Json> arguments;
  arguments.reserve(call.parts.size());
  for (const Expression& part : call.parts) arguments.push_back(evaluate(part));
  check_arguments(function, arguments);
  return function.run({*this, arguments});
}

/// Functions that do not evaluate all of their arguments; nullopt for the others.
std::optional<Json> Evaluator::call_lazily(const Expression& call) {
  const auto condition = [&](const Expression& part) {
    const Json value = evaluate(part);
    if (value.is_boolean()) return value.get<bool>();
    refuse_argument(call.text, 1 + std::size_t(&part - call.parts.data()), "Boolean", value);
  };
  const auto all_or_any = [&](bool decisive) {
    require_count(call.text, call.parts.size(), 2, std::nullopt);
    return std::any_of(call.parts.begin(), call.parts.end(), [&](const Expression& part) {
             return condition(part) == decisive;
           }) == decisive;
  };
  if (equal_names(call.text, "if")) {
    require_count(call.text, call.parts.size(), 3, 3);
    return evaluate(condition(call.parts[0]) ? call.parts[1] : call.parts[2]);
  }
  if (equal_names(call.text, "and")) return all_or_any(false);
  if (equal_names(call.text, "or")) return all_or_any(true);
  if (equal_names(call.text, "coalesce")) {
    require_count(call.text, call.parts.size(), 1, std::nullopt);
    for (const Expression& part : call.parts) {
      if (Json value = evaluate(part); !value.is_null()) return value;
    }
    return Json();
  }
  return std::nullopt;
}

Json Evaluator::access(const Expression& access) {
  const Json object = evaluate(access.parts[0]);
  const Json key = evaluate(access.parts[1]);
  return part_of(object, key);
}

std::string Evaluator::evaluate_text(const Json& value, const std::string& place) {
  const Json result = evaluate(value);
  if (result.is_string()) return result.get<std::string>();
  throw TemplateProblem(place + " is expected to be of type 'String', not '" + kind_of(result) +
                        "'");
}

bool Evaluator::evaluate_condition(const Json& value, const std::string& place) {
  const Json result = evaluate(value);
  if (result.is_boolean()) return result.get<bool>();
  throw TemplateProblem("The condition of " + place +
                        " is expected to be of type 'Boolean', not '" + kind_of(result) + "'");
}

std::size_t Evaluator::evaluate_copy_count(const Json& value, const std::string& loop) {
  const Json count = evaluate(value);
  const bool is_good = count.is_number_integer() && count.get<std::int64_t>() >= 0 &&
                       count.get<std::uint64_t>() <= limits::kCopies;
  if (is_good) return count.get<std::size_t>();
  throw TemplateProblem("The count of the copy loop '" + loop +
                        "' is expected to be a number from "
                        "0 to " +
                        std::to_string(limits::kCopies) + ", not '" + text_of(count) + "'");
}

Json Evaluator::defined(Definitions& definitions, const std::string& name) {
  const std::string key = lower(name);
  const auto known = definitions.known.find(key);
  if (known != definitions.known.end()) return known->second;
  const OpenDefinition open(*this, definitions, key);
  return definitions.known.emplace(key, evaluate_definition(definitions, name)).first->second;
}

Json Evaluator::evaluate_definition(const Definitions& definitions, const std::string& name) {
  for (const PropertyCopy& copy : property_copies(definitions.unevaluated)) {
    if (equal_names(copy.name, name)) return unroll(*this, copy);
  }
  const Json* const value = find_member(definitions.unevaluated, name);
  if (value != nullptr) return evaluate(*value);
  throw TemplateProblem("The template " + definitions.what + " '" + name + "' is not found");
}

Json Evaluator::copy_index(const std::string& loop, std::int64_t offset) const {
  for (auto at = iterations_.rbegin(); at != iterations_.rend(); ++at) {
    if (loop.empty() || equal_names(at->loop, loop)) return std::int64_t(at->index) + offset;
  }
  throw TemplateProblem(
      "The template function 'copyIndex' is not expected at this location. The function can only "
      "be used in a copy loop" +
      (loop.empty() ? "" : " of the name '" + loop + "'"));
}

std::string Evaluator::resource_id_of(const std::string& name) const {
  const auto found = resource_ids_.find(lower(name));
  return found == resource_ids_.end() ? name : found->second;
}

Json Evaluator::reference(const std::string& which, bool is_full) {
  if (references_ == nullptr) {
    throw TemplateProblem("The template function 'reference' is not expected at this location");
  }
  const std::string id = resource_id_of(which);
  const auto found = references_->find(lower(id));
  if (found == references_->end()) {
    throw TemplateProblem("ResourceNotFound", "The resource '" + id +
                                                  "', which the template "
                                                  "function 'reference' names, was not found.");
  }
  spend(weight_of(found->second));
  if (is_full) return found->second;
  const Json* const properties = find_member(found->second, "properties");
  return properties == nullptr ? Json::object() : *properties;
}

}  // namespace dynsessions::control_plane_templates
