#include "emulator/surfaces/control_plane/deployments/deployment_operations.h"

#include <optional>
#include <utility>

#include "emulator/base/offload.h"
#include "emulator/control_plane_templates/limits.h"
#include "emulator/http/text.h"
#include "emulator/surfaces/control_plane/answers.h"
#include "emulator/surfaces/control_plane/deployments/deployment_json.h"
#include "emulator/surfaces/control_plane/deployments/deployment_planner.h"
#include "emulator/surfaces/control_plane/deployments/deployment_run.h"

/// `Microsoft.Resources/deployments` in resource groups and subscriptions (CONTROL-PLANE.md
/// section 7).
namespace dynsessions::surfaces::control_plane {
namespace asio = boost::asio;

namespace {

namespace templates = control_plane_templates;

DeploymentTarget target_of_call(const ArmCall& call) {
  return {call.scope, call.parameters["deployment"]};
}

ArmError deployment_not_found(const DeploymentTarget& target) {
  return {404, "DeploymentNotFound", "Deployment '" + target.name + "' could not be found."};
}

/// Higher than the accepted size: a client that is refused while it still sends reports a broken
/// connection instead of the reason.
constexpr std::size_t kReadableBytes = 2 * templates::limits::kTemplateBytes;

ArmError too_large() {
  return {413,
          "RequestContentTooLarge",
          "The request content size exceeds the maximum size of 4 MB.",
          {},
          "a template with its parameters has at most 4 MB, as in Azure"};
}

/// A valid request with its plan; every resource of the plan was checked.
struct CheckedDeployment {
  DeploymentTarget target;
  DeploymentRequest request;  ///< has no template any more
  DeploymentPlanner::Plan plan;
};

/// Reads and checks the whole request; nothing is changed.
asio::awaitable<ArmResult<CheckedDeployment>> check_deployment(ArmCall& call) {
  const DeploymentTarget target = target_of_call(call);
  if (const auto good = check_deployment_name(target.name); !good) co_return good.error();
  auto text = co_await http::read_all(call.http.request, *call.http.body, kReadableBytes);
  if (!text) co_return arm_error(text.error());
  if (text->size() > templates::limits::kTemplateBytes) co_return too_large();
  auto parse = [text = *std::move(text), scope = target.scope] {
    return parse_deployment(text, scope);
  };
  auto request = co_await offload(call.services.file_pool, std::move(parse));
  if (!request) co_return request.error();
  // The group can be deleted while the body arrives.
  if (const auto known = call.services.store.require(target.scope); !known) {
    co_return known.error();
  }
  DeploymentPlanner planner(call.services, call.caller);
  DeploymentRequest kept{request->location, request->tags};
  auto plan = co_await planner.plan(target, *std::move(request));
  if (!plan) co_return plan.error();
  std::vector<ArmError> errors = co_await planner.check(*plan);
  if (!errors.empty()) {
    co_return invalid_deployment(target, call.http.exchange.correlation_id, std::move(errors));
  }
  co_return CheckedDeployment{target, std::move(kept), *std::move(plan)};
}

std::string status_url(const ArmCall& call, const DeploymentFacts& facts) {
  return call.caller.arm + facts.target.id().text() + "/operationStatuses/" + facts.operation_id +
         "?api-version=" + http::percent_encode(call.api_version());
}

/// Only the status that clients poll shows a failure: if the answer to PUT has a failed state, az
/// reports a success (CONTROL-PLANE.md section 7).
http::Response answer_to_put(const ArmCall& call, const DeploymentFacts& facts, bool is_new) {
  Json json = deployment_json(facts);
  if (!facts.error) return json_answer(json, is_new ? 201 : 200);
  json["properties"]["provisioningState"] = "Accepted";
  json["properties"].erase("error");
  http::Response response = json_answer(json, 201);
  response.headers.add("azure-asyncoperation", status_url(call, facts));
  add_retry_after(response);
  return response;
}

/// One entry of what-if. An existing resource is reported as deployed again, whether or not it
/// would change.
Json change_json(const ArmCall& call, const templates::PlannedResource& resource) {
  const auto id = ResourceId::parse(resource.id);
  const auto before = id ? call.services.store.get_resource(*id, resource.api_version, call.caller)
                         : ArmResult<Resource>(id.error());
  Json change{{"resourceId", resource.id}, {"changeType", before ? "Deploy" : "Create"}};
  if (before) change["before"] = before->json;
  Json after{{"id", resource.id},
             {"name", resource.name},
             {"type", resource.type},
             {"apiVersion", resource.api_version}};
  for (const auto& [name, member] : resource.body.items()) after[name] = member;
  change["after"] = std::move(after);
  return change;
}

DeploymentHistory::Pointer find_deployment(const ArmCall& call) {
  return call.services.store.deployments().find(target_of_call(call));
}

}  // namespace

asio::awaitable<ArmAnswer> list_deployments(ArmCall& call) {
  Json values = Json::array();
  for (const auto& deployment : call.services.store.deployments().in(call.scope)) {
    values.push_back(deployment_json(*deployment));
  }
  co_return json_answer({{"value", std::move(values)}});
}

asio::awaitable<ArmAnswer> get_deployment(ArmCall& call) {
  const auto deployment = find_deployment(call);
  if (call.http.request.method == http::Method::head)
    co_return empty_answer(deployment ? 204 : 404);
  if (!deployment) co_return deployment_not_found(target_of_call(call));
  co_return json_answer(deployment_json(*deployment));
}

asio::awaitable<ArmAnswer> put_deployment(ArmCall& call) {
  auto checked = co_await check_deployment(call);
  if (!checked) co_return checked.error();
  const bool is_new = find_deployment(call) == nullptr;
  auto facts = start_deployment(call.services, checked->target, checked->request,
                                call.http.exchange.correlation_id);
  if (!facts) co_return facts.error();
  DeploymentRun run(call.services, call.caller);
  co_await run.run(std::move(checked->plan), *facts);
  warn_of_ignored(call.http.exchange, run.ignored());
  co_return answer_to_put(call, **facts, is_new);
}

/// Answers 204 even if there was no such deployment. Resources stay.
asio::awaitable<ArmAnswer> delete_deployment(ArmCall& call) {
  const auto deployment = find_deployment(call);
  if (deployment && deployment->state == DeploymentState::running) {
    co_return conflict("The deployment '" + deployment->target.name + "' is still active.",
                       "delete it when it has ended");
  }
  static_cast<void>(call.services.store.deployments().remove(target_of_call(call)));
  co_return empty_answer(204);
}

asio::awaitable<ArmAnswer> validate_deployment(ArmCall& call) {
  const auto checked = co_await check_deployment(call);
  if (!checked) co_return checked.error();
  DeploymentFacts facts{checked->target, checked->request.location, checked->request.tags,
                        call.http.exchange.correlation_id};
  facts.started = call.services.store.now();
  facts.changed = facts.started;
  facts.state = DeploymentState::succeeded;
  facts.parameters = checked->plan.parameters();
  co_return json_answer(validation_json(facts, checked->plan.resources()));
}

asio::awaitable<ArmAnswer> preview_deployment(ArmCall& call) {
  const auto checked = co_await check_deployment(call);
  if (!checked) co_return checked.error();
  Json changes = Json::array();
  for (const templates::PlannedResource& resource : checked->plan.resources()) {
    if (is_put(resource)) changes.push_back(change_json(call, resource));
  }
  co_return json_answer(
      {{"status", "Succeeded"}, {"properties", {{"changes", std::move(changes)}}}});
}

asio::awaitable<ArmAnswer> list_deployment_operations(ArmCall& call) {
  const auto deployment = find_deployment(call);
  if (!deployment) co_return deployment_not_found(target_of_call(call));
  co_return json_answer({{"value", step_list(*deployment)}});
}

asio::awaitable<ArmAnswer> get_deployment_operation(ArmCall& call) {
  const auto deployment = find_deployment(call);
  if (!deployment) co_return deployment_not_found(target_of_call(call));
  for (const Json& step : step_list(*deployment)) {
    if (step["operationId"] == call.parameters["operation"]) co_return json_answer(step);
  }
  co_return ArmError{
      404, "DeploymentOperationNotFound",
      "The deployment operation '" + call.parameters["operation"] + "' could not be found."};
}

asio::awaitable<ArmAnswer> get_deployment_status(ArmCall& call) {
  const auto deployment = find_deployment(call);
  if (!deployment) co_return deployment_not_found(target_of_call(call));
  if (deployment->operation_id != call.parameters["operation"]) {
    co_return ArmError{404, "ResourceNotFound",
                       "The operation '" + call.parameters["operation"] + "' was not found."};
  }
  http::Response response = json_answer(status_json(*deployment));
  if (deployment->state == DeploymentState::running) add_retry_after(response);
  co_return response;
}

}  // namespace dynsessions::surfaces::control_plane
