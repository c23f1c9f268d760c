// ARM templates (control_plane_templates/deployment_plan.h): the body of a deployment, and the
// template in it.
//
// Input: the body of a PUT; if that is invalid, the text of an expression.

#include <string>

#include "emulator/base/utf8.h"
#include "emulator/control_plane_templates/deployment_plan.h"
#include "emulator/control_plane_templates/template_text.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/property.h"

namespace dynsessions::fuzz {
namespace {

namespace templates = control_plane_templates;
using templates::Json;

templates::DeploymentScope scope() {
  templates::DeploymentScope scope{"11111111-2222-3333-4444-555555555555", "rg"};
  scope.resource_group_object = {{"id", scope.id()}, {"name", "rg"}, {"location", "westeurope"}};
  return scope;
}

void check_refusal(const templates::TemplateError& error) {
  require(!error.code.empty() && !error.message.empty(), "a refusal has a code and a reason");
  require(is_valid_utf8(error.message), "a reason is UTF-8");
}

void check_plan(const Json& source, const Json& parameters) {
  auto plan = templates::DeploymentPlan::make(scope(), source, parameters);
  if (!plan) return check_refusal(plan.error());
  templates::References references;
  for (const templates::PlannedResource& resource : plan->resources()) {
    const auto body = plan->body_of(resource, references);
    if (!body) check_refusal(body.error());
  }
  const auto outputs = plan->outputs(references);
  if (!outputs) return check_refusal(outputs.error());
  require(outputs->json.is_object(), "outputs are an object");
}

Json template_with(std::string_view expression) {
  const Json value = Json::array({"[" + to_valid_utf8(expression) + "]"});
  return {{"$schema", "s"},
          {"contentVersion", "1"},
          {"resources", Json::array()},
          {"outputs", {{"o", {{"type", "array"}, {"value", value}}}}}};
}

void check(Input input) {
  const auto body = templates::parse_deployment_body(input.rest());
  if (!body) return check_plan(template_with(input.rest()), Json::object());
  const Json* const properties = templates::find_member(*body, "properties");
  if (properties == nullptr) return check_plan(*body, Json::object());
  const Json* const source = templates::find_member(*properties, "template");
  const Json* const parameters = templates::find_member(*properties, "parameters");
  if (source == nullptr) return;
  check_plan(*source, parameters == nullptr ? Json::object() : *parameters);
}

}  // namespace
}  // namespace dynsessions::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  dynsessions::fuzz::check({data, size});
  return 0;
}
