#include "emulator/control_plane_templates/deployment_plan.h"

#include <map>
#include <utility>

#include <boost/algorithm/string/case_conv.hpp>

#include "emulator/control_plane_templates/copy_loop.h"
#include "emulator/control_plane_templates/parameters.h"
#include "emulator/control_plane_templates/reference_finder.h"
#include "emulator/control_plane_templates/resource_expansion.h"
#include "emulator/control_plane_templates/resource_id.h"
#include "emulator/control_plane_templates/resource_order.h"

namespace dynsessions::control_plane_templates {
namespace {

/// The member, or an empty object. Throws if it is something else.
Json object_member(const Json& source, const char* name) {
  const Json* const member = find_member(source, name);
  if (member == nullptr || member->is_null()) return Json::object();
  if (member->is_object()) return *member;
  throw TemplateProblem("The member '" + std::string(name) +
                        "' of the template is expected to be of type 'Object', not '" +
                        kind_of(*member) + "'");
}

/// Throws unless the template has the three members that the service requires.
void require_members(const Json& source) {
  for (const char* name : {"$schema", "contentVersion", "resources"}) {
    if (find_member(source, name) != nullptr) continue;
    throw TemplateProblem(
        "InvalidRequestContent",
        "The request content was invalid and could not be deserialized: 'Required "
        "property '" +
            std::string(name) +
            "' not found in JSON. Path "
            "'properties.template''.");
  }
}

/// Refuses parts of the language that are not emulated.
void refuse_unknown_parts(const Json& source) {
  const Json* const functions = find_member(source, "functions");
  if (functions != nullptr && !functions->empty()) {
    throw TemplateProblem(
        "The emulator does not support user-defined functions, which this template "
        "declares in 'functions'");
  }
  for (const char* name : {"definitions", "extensions", "imports"}) {
    const Json* const part = find_member(source, name);
    if (part == nullptr || part->empty()) continue;
    throw TemplateProblem("The emulator does not have the member '" + std::string(name) +
                          "' of templates");
  }
}

/// Evaluates all members, so that mistakes in unused variables are found too.
void evaluate_all(Evaluator& evaluator, const Json& variables) {
  const std::vector<PropertyCopy> copies = property_copies(variables);
  for (const PropertyCopy& copy : copies) static_cast<void>(evaluator.variable(copy.name));
  for (const auto& [name, variable] : variables.items()) {
    if (copies.empty() || !equal_names(name, "copy")) {
      static_cast<void>(evaluator.variable(name));
    }
  }
}

std::map<std::string, std::string> ids_by_name(const std::vector<PlannedResource>& resources) {
  std::map<std::string, std::string> ids;
  for (const PlannedResource& resource : resources) {
    for (const std::string& name :
         {resource.symbol, relative_id_of(resource.type, resource.name), resource.name}) {
      if (!name.empty()) ids.emplace(boost::algorithm::to_lower_copy(name), resource.id);
    }
  }
  return ids;
}

/// Keeps the template of a nested deployment with inner scope unevaluated: its expressions can only
/// use its own parameters.
Json take_inner_template(const PlannedResource& resource, Json& body) {
  const auto properties = body.find("properties");
  if (!equal_names(resource.type, "Microsoft.Resources/deployments") || properties == body.end()) {
    return {};
  }
  const Json* const options = find_member(*properties, "expressionEvaluationOptions");
  const bool is_inner =
      options != nullptr && equal_names(text_member(*options, "scope", "a deployment"), "inner");
  if (!is_inner || !properties->contains("template")) return {};
  return std::exchange((*properties)["template"], nullptr);
}

}  // namespace

DeploymentPlan::DeploymentPlan(DeploymentScope scope, const Json& source, const Json& parameters)
    : evaluator_(std::move(scope)) {
  if (!source.is_object()) {
    throw TemplateProblem("A template is expected to be of type 'Object', not '" + kind_of(source) +
                          "'");
  }
  require_members(source);
  refuse_unknown_parts(source);
  parameters_ = resolve_parameters(evaluator_, object_member(source, "parameters"), parameters);
  Json variables = object_member(source, "variables");
  if (variables.size() > limits::kVariables) {
    throw TemplateProblem("The template has more than " + std::to_string(limits::kVariables) +
                          " variables");
  }
  evaluator_.define_variables(variables);
  evaluate_all(evaluator_, variables);
  plan_resources(*find_member(source, "resources"));
  plan_outputs(object_member(source, "outputs"));
}

void DeploymentPlan::plan_resources(const Json& resources) {
  std::vector<PlannedResource> planned = expand_resources(evaluator_, resources);
  evaluator_.define_resources(ids_by_name(planned));
  for (PlannedResource& resource : planned) {
    if (resource.is_existing || !resource.is_deployed) continue;
    evaluator_.set_iterations(resource.iterations);
    Json body = resource.body;
    take_inner_template(resource, body);
    resource.references = find_references(evaluator_, body);
  }
  resources_ = ordered(std::move(planned));
  for (PlannedResource& resource : resources_) {
    const bool is_put = resource.is_deployed && !resource.is_existing;
    if (is_put && resource.references.empty()) resource.body = evaluate_body(resource);
  }
  evaluator_.set_iterations({});
}

Json DeploymentPlan::evaluate_body(const PlannedResource& resource) {
  Json body = resource.body;
  Json inner = take_inner_template(resource, body);
  evaluator_.set_iterations(resource.iterations);
  body = evaluator_.evaluate(body);
  evaluator_.set_iterations({});
  if (!inner.is_null()) body["properties"]["template"] = std::move(inner);
  return body;
}

void DeploymentPlan::plan_outputs(const Json& outputs) {
  if (outputs.size() > limits::kOutputs) {
    throw TemplateProblem("The template has more than " + std::to_string(limits::kOutputs) +
                          " outputs");
  }
  outputs_ = outputs;
  output_references_ = find_references(evaluator_, outputs);
  if (output_references_.empty()) static_cast<void>(evaluate_outputs());
}

Json DeploymentPlan::evaluate_outputs() {
  Json values = Json::object();
  for (const auto& [name, output] : outputs_.items()) {
    const std::string place = "the template output '" + name + "'";
    if (!output.is_object()) {
      throw TemplateProblem("The value of " + place + " is expected as {\"type\", \"value\"}");
    }
    const Json* const condition = find_member(output, "condition");
    if (condition != nullptr && !evaluator_.evaluate_condition(*condition, place)) continue;
    const Json* const value = find_member(output, "value");
    const auto copy = output_copy(output);
    if (value == nullptr && !copy) throw TemplateProblem("There is no 'value' in " + place);
    Json result = value != nullptr ? evaluator_.evaluate(*value) : unroll(evaluator_, *copy);
    values[name] = typed_value(text_member(output, "type", place), std::move(result), place);
  }
  return values;
}

Checked<DeploymentPlan> DeploymentPlan::make(DeploymentScope scope, const Json& source,
                                             const Json& parameters) {
  return checked([&] { return DeploymentPlan(std::move(scope), source, parameters); });
}

Checked<Evaluated> DeploymentPlan::body_of(const PlannedResource& resource,
                                           const References& references) {
  if (resource.references.empty()) return Evaluated{resource.body};
  evaluator_.set_references(&references);
  auto body = checked([&] { return Evaluated{evaluate_body(resource)}; });
  evaluator_.set_references(nullptr);
  return body;
}

Checked<Evaluated> DeploymentPlan::outputs(const References& references) {
  evaluator_.set_references(&references);
  auto values = checked([&] { return Evaluated{evaluate_outputs()}; });
  evaluator_.set_references(nullptr);
  return values;
}

}  // namespace dynsessions::control_plane_templates
