#include "tests/unit/control_plane_templates/template_fixture.h"

#include <stdexcept>
#include <utility>

namespace dynsessions::control_plane_templates {
namespace {

/// Adds an output `it`, whose declared type is that of the value.
Json with_output(Json parts, const std::string& expression) {
  parts["outputs"]["it"] = {{"type", "array"}, {"value", {"[" + expression + "]"}}};
  return parts;
}

}  // namespace

DeploymentScope group_scope() {
  const std::string subscription = "11111111-2222-3333-4444-555555555555";
  DeploymentScope scope{subscription, "rg1"};
  scope.resource_group_object = {{"id", scope.id()}, {"name", "rg1"}, {"location", "westeurope"}};
  scope.subscription_object = {{"id", "/subscriptions/" + subscription},
                               {"subscriptionId", subscription}};
  scope.tenant_object = {{"tenantId", "the-tenant"}};
  scope.deployment_object = {{"name", "main"}};
  return scope;
}

DeploymentScope subscription_scope() {
  DeploymentScope scope = group_scope();
  scope.resource_group.clear();
  return scope;
}

Json template_of(Json parts) {
  parts.emplace("$schema",
                "https://schema.management.azure.com/schemas/2019-04-01/"
                "deploymentTemplate.json#");
  parts.emplace("contentVersion", "1.0.0.0");
  parts.emplace("resources", Json::array());
  return parts;
}

Json pool(const std::string& name, const Json& more) {
  Json resource{{"type", kPoolType}, {"apiVersion", "2025-07-01"}, {"name", name}};
  resource.update(more);
  return resource;
}

Checked<DeploymentPlan> plan_of(const Json& parts, const Json& parameters) {
  return DeploymentPlan::make(group_scope(), template_of(parts), parameters);
}

std::string refusal_of(const Json& parts, const Json& parameters) {
  const auto plan = plan_of(parts, parameters);
  return plan ? "" : plan.error().code + ": " + plan.error().message;
}

Json value_of(const std::string& expression, const Json& parts) {
  auto plan = plan_of(with_output(parts, expression));
  if (!plan) throw std::runtime_error(plan.error().message);
  const auto outputs = plan->outputs({});
  if (!outputs) throw std::runtime_error(outputs.error().message);
  return outputs->json["it"]["value"][0];
}

std::string refusal_of_expression(const std::string& expression) {
  return refusal_of(with_output(Json::object(), expression));
}

}  // namespace dynsessions::control_plane_templates
