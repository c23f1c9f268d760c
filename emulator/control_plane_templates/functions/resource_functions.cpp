#include <array>

#include "emulator/control_plane_templates/functions/function_table.h"
#include "emulator/control_plane_templates/resource_id.h"
#include "emulator/control_plane_templates/template_error.h"

/// Functions that know the deployment: its scope, parameters, variables, loops and resources.
namespace dynsessions::control_plane_templates {
namespace {

Json parameters(const FunctionCall& call) { return call.evaluator.parameter(call.text(0)); }
Json variables(const FunctionCall& call) { return call.evaluator.variable(call.text(0)); }

/// copyIndex(), copyIndex(offset), copyIndex('loop'), copyIndex('loop', offset).
Json copy_index(const FunctionCall& call) {
  const bool is_named = call.count() > 0 && call[0].is_string();
  const std::size_t offset = is_named ? 1 : 0;
  if (call.count() > offset + 1) require_count("copyIndex", call.count(), 0, offset + 1);
  if (call.count() > offset && !call[offset].is_number_integer()) {
    refuse_argument("copyIndex", offset + 1, "Integer", call[offset]);
  }
  const std::int64_t added = call.count() > offset ? call.number(offset) : 0;
  if (added < 0 || added > INT32_MAX) {
    throw TemplateProblem("The offset of the template function 'copyIndex' cannot be negative");
  }
  return call.evaluator.copy_index(is_named ? call.text(0) : "", added);
}

Json resource_group(const FunctionCall& call) {
  if (!call.evaluator.scope().resource_group.empty()) {
    return call.evaluator.scope().resource_group_object;
  }
  throw TemplateProblem(
      "The template function 'RESOURCEGROUP' is not expected at this location: "
      "the template is deployed to a subscription");
}
Json subscription(const FunctionCall& call) { return call.evaluator.scope().subscription_object; }
Json tenant(const FunctionCall& call) { return call.evaluator.scope().tenant_object; }
Json deployment(const FunctionCall& call) { return call.evaluator.scope().deployment_object; }

/// Makes an id below `scope` from the arguments from `begin` on: a type and its names.
std::string id_below(const std::string& scope, const FunctionCall& call, std::size_t begin) {
  if (begin >= call.count()) {
    throw TemplateProblem("A resource id needs a type such as 'Microsoft.App/sessionPools'");
  }
  std::string names;
  for (std::size_t i = begin + 1; i < call.count(); ++i) {
    names += (names.empty() ? "" : "/") + call.text(i);
  }
  return make_resource_id(scope, call.text(begin), names);
}

/// The position of the type: the first argument with a slash.
std::size_t type_position(const FunctionCall& call) {
  std::size_t position = 0;
  while (position < call.count() && call.text(position).find('/') == std::string::npos) ++position;
  return position;
}

/// resourceId([subscription], [resource group], type, name…)
Json resource_id(const FunctionCall& call) {
  const DeploymentScope& scope = call.evaluator.scope();
  const std::size_t type = type_position(call);
  require_count("resourceId", type, 0, 2);
  std::string group = scope.resource_group;
  if (type > 0) group = call.text(type - 1);
  std::string base = "/subscriptions/" + (type == 2 ? call.text(0) : scope.subscription_id);
  if (!group.empty()) base += "/resourceGroups/" + group;
  return id_below(base, call, type);
}

/// subscriptionResourceId([subscription], type, name…)
Json subscription_resource_id(const FunctionCall& call) {
  const std::size_t type = type_position(call);
  require_count("subscriptionResourceId", type, 0, 1);
  const std::string id = type == 1 ? call.text(0) : call.evaluator.scope().subscription_id;
  return id_below("/subscriptions/" + id, call, type);
}

Json tenant_resource_id(const FunctionCall& call) { return id_below("", call, 0); }

/// extensionResourceId(id, type, name…)
Json extension_resource_id(const FunctionCall& call) { return id_below(call.text(0), call, 1); }

/// reference(name or id, [api-version], ['Full'])
Json reference(const FunctionCall& call) {
  const bool is_full = call.count() > 2 && equal_names(call.text(2), "full");
  return call.evaluator.reference(call.text(0), is_full);
}

/// Returns {"id"} of a resource, which the argument names by its symbol.
Json resource_info(const FunctionCall& call) {
  return {{"id", call.evaluator.resource_id_of(call.text(0))}};
}

constexpr std::array<Function, 13> kResourceFunctions{
    {{"parameters", "s", parameters},
     {"variables", "s", variables},
     {"copyIndex", "j*", copy_index},
     {"resourceGroup", "", resource_group},
     {"subscription", "", subscription},
     {"tenant", "", tenant},
     {"deployment", "", deployment},
     {"resourceId", "ss*", resource_id},
     {"subscriptionResourceId", "ss*", subscription_resource_id},
     {"tenantResourceId", "ss*", tenant_resource_id},
     {"extensionResourceId", "sss*", extension_resource_id},
     {"reference", "ss?s?", reference},
     {"resourceInfo", "s", resource_info}}};

}  // namespace

std::span<const Function> resource_functions() { return kResourceFunctions; }

}  // namespace dynsessions::control_plane_templates
