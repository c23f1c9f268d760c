#include "emulator/surfaces/control_plane/deployments/deployment_json.h"

#include <chrono>
#include <map>
#include <set>

#include "emulator/base/timestamp.h"
#include "emulator/surfaces/control_plane/answers.h"

namespace dynsessions::surfaces::control_plane {
namespace {

/// "PT1.5S"
std::string duration_text(TimePoint begin, TimePoint end) {
  const auto seconds = std::chrono::duration<double>(end - begin).count();
  return "PT" + std::to_string(std::max(seconds, 0.0)) + "S";
}

/// [{"namespace":"Microsoft.App","resourceTypes":[{"resourceType":"sessionPools"}]}]
Json providers_of(const std::set<std::string>& types) {
  std::map<std::string, Json> by_namespace;
  for (const std::string& type : types) {
    const std::size_t slash = type.find('/');
    by_namespace[type.substr(0, slash)].push_back({{"resourceType", type.substr(slash + 1)}});
  }
  Json providers = Json::array();
  for (auto& [name, resource_types] : by_namespace) {
    providers.push_back({{"namespace", name}, {"resourceTypes", std::move(resource_types)}});
  }
  return providers;
}

Json base_json(const DeploymentFacts& facts) {
  const ResourceId id = facts.target.id();
  Json json{{"id", id.text()}, {"name", id.name}, {"type", id.type}};
  if (!facts.location.empty()) json["location"] = facts.location;
  if (!facts.tags.empty()) json["tags"] = facts.tags;
  return json;
}

Json base_properties(const DeploymentFacts& facts) {
  return {{"parameters", facts.parameters},
          {"mode", "Incremental"},
          {"provisioningState", name_of(facts.state)},
          {"timestamp", timestamp(facts.changed)},
          {"duration", duration_text(facts.started, facts.changed)},
          {"correlationId", facts.correlation_id}};
}

unsigned status_of(const DeploymentStep& step) {
  if (step.error) return step.error->status;
  return step.is_new ? 201 : 200;
}

std::string_view word_for_status(unsigned status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 404:
      return "NotFound";
    case 409:
      return "Conflict";
    default:
      return "BadRequest";
  }
}

Json step_json(const DeploymentFacts& facts, const DeploymentStep& step, std::size_t number) {
  const std::string operation_id = std::to_string(number + 1);
  Json properties{{"provisioningOperation", "Create"},
                  {"provisioningState", step.error ? "Failed" : "Succeeded"},
                  {"timestamp", timestamp(facts.changed)},
                  {"duration", duration_text(facts.started, facts.changed)},
                  {"trackingId", facts.correlation_id},
                  {"statusCode", word_for_status(status_of(step))}};
  if (step.error) properties["statusMessage"] = {{"error", error_json(*step.error)}};
  properties["targetResource"] = {
      {"id", step.id}, {"resourceType", step.type}, {"resourceName", step.name}};
  return {{"id", facts.target.id().text() + "/operations/" + operation_id},
          {"operationId", operation_id},
          {"properties", std::move(properties)}};
}

}  // namespace

std::string_view name_of(DeploymentState state) {
  switch (state) {
    case DeploymentState::running:
      return "Running";
    case DeploymentState::succeeded:
      return "Succeeded";
    case DeploymentState::failed:
      break;
  }
  return "Failed";
}

Json deployment_json(const DeploymentFacts& facts) {
  Json properties = base_properties(facts);
  std::set<std::string> types;
  Json resources = Json::array();
  for (const DeploymentStep& step : facts.steps) {
    types.insert(step.type);
    if (!step.error) resources.push_back({{"id", step.id}});
  }
  properties["providers"] = providers_of(types);
  properties["dependencies"] = Json::array();
  if (facts.state == DeploymentState::succeeded) properties["outputs"] = facts.outputs;
  properties["outputResources"] = std::move(resources);
  if (facts.error) properties["error"] = error_json(*facts.error);
  Json json = base_json(facts);
  json["properties"] = std::move(properties);
  return json;
}

std::vector<Json> step_list(const DeploymentFacts& facts) {
  std::vector<Json> steps;
  for (const DeploymentStep& step : facts.steps) {
    steps.push_back(step_json(facts, step, steps.size()));
  }
  return steps;
}

Json validation_json(const DeploymentFacts& facts,
                     const std::vector<control_plane_templates::PlannedResource>& resources) {
  Json properties = base_properties(facts);
  std::set<std::string> types;
  Json validated = Json::array();
  for (const control_plane_templates::PlannedResource& resource : resources) {
    if (resource.is_existing || !resource.is_deployed) continue;
    types.insert(resource.type);
    validated.push_back({{"id", resource.id}});
  }
  properties["providers"] = providers_of(types);
  properties["dependencies"] = Json::array();
  properties["validatedResources"] = std::move(validated);
  Json json = base_json(facts);
  json["properties"] = std::move(properties);
  return json;
}

Json status_json(const DeploymentFacts& facts) {
  Json json{{"status", name_of(facts.state)}};
  if (facts.error) json["error"] = error_json(*facts.error);
  return json;
}

ArmError arm_error(const control_plane_templates::TemplateError& error) {
  return {400, error.code, error.message};
}

ArmError invalid_deployment(const DeploymentTarget& target, const std::string& tracking_id,
                            std::vector<ArmError> details) {
  ArmError error{400, "InvalidTemplateDeployment",
                 "The template deployment '" + target.name +
                     "' is not valid according to the validation procedure. The tracking id is '" +
                     tracking_id + "'. See inner errors for details."};
  error.details = std::move(details);
  return error;
}

ArmError failed_deployment(std::vector<ArmError> details) {
  ArmError error{400, "DeploymentFailed",
                 "At least one resource deployment operation failed. Please list deployment "
                 "operations for details. Please see https://aka.ms/arm-deployment-operations for "
                 "usage details."};
  error.details = std::move(details);
  return error;
}

}  // namespace dynsessions::surfaces::control_plane
