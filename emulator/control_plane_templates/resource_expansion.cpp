#include "emulator/control_plane_templates/resource_expansion.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "emulator/control_plane_templates/resource_id.h"
#include "emulator/control_plane_templates/template_error.h"

namespace dynsessions::control_plane_templates {
namespace {

/// Members that tell how to deploy a resource; all others are the body of its PUT.
constexpr std::array<std::string_view, 14> kDirectives{
    "type",  "apiVersion", "name",     "dependsOn",      "condition",     "copy",   "resources",
    "scope", "existing",   "comments", "subscriptionId", "resourceGroup", "import", "metadata"};

/// The resource that a nested one belongs to.
struct Parent {
  std::string type;
  std::string name;
  std::string id;
  bool is_deployed;
};

class Expansion {
 public:
  explicit Expansion(Evaluator& evaluator) : evaluator_(evaluator) {}

  /// Adds the resources and their children. `parent` is null at the top level.
  void add_all(const Json& resources, const Parent* parent) {
    if (!resources.is_array() && !resources.is_object()) {
      throw TemplateProblem("The member 'resources' is expected to be of type 'Array', not '" +
                            kind_of(resources) + "'");
    }
    for (const auto& [key, resource] : resources.items()) {
      add_copies(resource, resources.is_object() ? key : "", parent);
    }
  }

  std::vector<PlannedResource> take() { return std::move(planned_); }

 private:
  void add_copies(const Json& resource, const std::string& symbol, const Parent* parent) {
    if (!resource.is_object()) {
      throw TemplateProblem("A resource is expected to be of type 'Object', not '" +
                            kind_of(resource) + "'");
    }
    const Json* const copy = find_member(resource, "copy");
    if (copy == nullptr) return add(resource, symbol, "", parent);
    const std::string loop = text_member(*copy, "name", "a copy loop");
    const Json* const count = find_member(*copy, "count");
    if (loop.empty() || count == nullptr) {
      throw TemplateProblem("The copy loop of a resource needs a 'name' and a 'count'");
    }
    const std::size_t copies = evaluator_.evaluate_copy_count(*count, loop);
    for (std::size_t index = 0; index < copies; ++index) {
      const ScopedIteration iteration(evaluator_, loop, index);
      const std::string place = symbol.empty() ? "" : symbol + '[' + std::to_string(index) + ']';
      add(resource, place, loop, parent);
    }
  }

  void add(const Json& resource, const std::string& symbol, const std::string& loop,
           const Parent* parent) {
    PlannedResource planned;
    planned.symbol = symbol;
    planned.loop = loop;
    planned.iterations = evaluator_.iterations();
    name(planned, resource, parent);
    decide(planned, resource, parent);
    for (const auto& [key, member] : resource.items()) {
      if (!is_directive(key)) planned.body[key] = member;
    }
    if (planned_.size() >= limits::kResources) {
      throw TemplateProblem("The template has more than " + std::to_string(limits::kResources) +
                            " resources");
    }
    const Parent self{planned.type, planned.name, planned.id, planned.is_deployed};
    evaluator_.spend(weight_of(planned.body));
    planned_.push_back(std::move(planned));
    if (const Json* const nested = find_member(resource, "resources")) add_all(*nested, &self);
  }

  static bool is_directive(const std::string& key) {
    return std::any_of(kDirectives.begin(), kDirectives.end(),
                       [&key](std::string_view directive) { return equal_names(directive, key); });
  }

  void name(PlannedResource& planned, const Json& resource, const Parent* parent) {
    planned.type = required_text(resource, "type", "a resource");
    planned.name = required_text(resource, "name", "a resource of type '" + planned.type + "'");
    planned.api_version = required_text(resource, "apiVersion", place_of(planned));
    if (parent != nullptr) {
      planned.type = parent->type + '/' + planned.type;
      planned.name = parent->name + '/' + planned.name;
      planned.depends_on.push_back(parent->id);
    }
    planned.id = make_resource_id(scope_of(planned, resource), planned.type, planned.name);
  }

  std::string required_text(const Json& resource, const char* member, const std::string& place) {
    const Json* const value = find_member(resource, member);
    if (value == nullptr) {
      throw TemplateProblem("The required member '" + std::string(member) + "' is not found in " +
                            place);
    }
    std::string text =
        evaluator_.evaluate_text(*value, "The member '" + std::string(member) + "' of " + place);
    if (!text.empty()) return text;
    throw TemplateProblem("The member '" + std::string(member) + "' of " + place + " is empty");
  }

  static std::string place_of(const PlannedResource& planned) {
    return "the resource '" + planned.type + '/' + planned.name + "'";
  }

  std::optional<std::string> optional_text(const Json& resource, const char* member,
                                           const PlannedResource& planned) {
    const Json* const value = find_member(resource, member);
    if (value == nullptr) return std::nullopt;
    return evaluator_.evaluate_text(
        *value, "The member '" + std::string(member) + "' of " + place_of(planned));
  }

  /// Returns the part of the id before `/providers/`: the resource that is extended, another
  /// resource group or subscription, or the scope of the deployment.
  std::string scope_of(const PlannedResource& planned, const Json& resource) {
    const DeploymentScope& scope = evaluator_.scope();
    if (const auto extended = optional_text(resource, "scope", planned)) {
      if (extended->substr(0, 1) == "/") return *extended == "/" ? "" : *extended;
      return scope.id() + "/providers/" + *extended;
    }
    if (is_resource_group(planned.type)) return "/subscriptions/" + scope.subscription_id;
    const auto group = optional_text(resource, "resourceGroup", planned);
    const auto subscription = optional_text(resource, "subscriptionId", planned);
    if (!group && !subscription) return scope.id();
    const std::string base = "/subscriptions/" + subscription.value_or(scope.subscription_id);
    return group ? base + "/resourceGroups/" + *group : base;
  }

  /// Determines whether the resource is deployed, and which resources come before it.
  void decide(PlannedResource& planned, const Json& resource, const Parent* parent) {
    if (const Json* const condition = find_member(resource, "condition")) {
      planned.is_deployed = evaluator_.evaluate_condition(*condition, place_of(planned));
    }
    if (parent != nullptr && !parent->is_deployed) planned.is_deployed = false;
    const Json* const existing = find_member(resource, "existing");
    planned.is_existing = existing != nullptr && *existing == true;
    const Json* const others = find_member(resource, "dependsOn");
    if (others == nullptr) return;
    const Json names = evaluator_.evaluate(*others);
    if (!names.is_array()) {
      throw TemplateProblem("The member 'dependsOn' of " + place_of(planned) +
                            " is expected to be of type 'Array', not '" + kind_of(names) + "'");
    }
    for (const Json& name : names) {
      if (!name.is_string()) {
        throw TemplateProblem("The items of 'dependsOn' of " + place_of(planned) +
                              " are expected to be of type 'String', not '" + kind_of(name) + "'");
      }
      planned.depends_on.push_back(name.get<std::string>());
    }
  }

  Evaluator& evaluator_;
  std::vector<PlannedResource> planned_;
};

}  // namespace

std::vector<PlannedResource> expand_resources(Evaluator& evaluator, const Json& resources) {
  Expansion expansion(evaluator);
  expansion.add_all(resources, nullptr);
  return expansion.take();
}

}  // namespace dynsessions::control_plane_templates
