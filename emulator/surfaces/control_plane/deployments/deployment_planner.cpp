#include "emulator/surfaces/control_plane/deployments/deployment_planner.h"

#include <utility>

#include "emulator/base/offload.h"
#include "emulator/surfaces/control_plane/deployments/deployment_json.h"

namespace dynsessions::surfaces::control_plane {
namespace asio = boost::asio;

using control_plane_templates::DeploymentScope;
using control_plane_templates::PlannedResource;

bool is_put(const PlannedResource& resource) {
  return resource.is_deployed && !resource.is_existing;
}

bool is_nested_deployment(const PlannedResource& resource) {
  const auto id = ResourceId::parse(resource.id);
  return id && id->is_a(kDeployments);
}

ArmResult<DeploymentTarget> target_of(const PlannedResource& resource) {
  const auto id = ResourceId::parse(resource.id);
  if (!id) return id.error();
  if (const ArmResult<void> good = check_deployment_name(id->name); !good) return good.error();
  return DeploymentTarget{scope_of(id->scope), id->name};
}

/// The values of the functions resourceGroup(), subscription(), tenant() and deployment().
DeploymentScope DeploymentPlanner::scope_for(const DeploymentTarget& target,
                                             const DeploymentRequest& request) const {
  const std::string& tenant = services_.identity.tenant;
  DeploymentScope scope{target.scope.subscription, target.scope.group};
  if (!target.scope.group.empty()) {
    scope.resource_group_object = services_.store.show_group(target.scope).json;
  }
  scope.subscription_object = {{"id", "/subscriptions/" + target.scope.subscription},
                               {"subscriptionId", target.scope.subscription},
                               {"tenantId", tenant},
                               {"displayName", "dynsessions"}};
  scope.tenant_object = {{"tenantId", tenant}};
  scope.deployment_object = {
      {"name", target.name},
      {"properties", {{"mode", "Incremental"}, {"provisioningState", "Running"}}}};
  if (!request.location.empty()) scope.deployment_object["location"] = request.location;
  return scope;
}

asio::awaitable<ArmResult<DeploymentPlanner::Plan>> DeploymentPlanner::plan(
    DeploymentTarget target, DeploymentRequest request) {
  auto work = [scope = scope_for(target, request), request = std::move(request)] {
    return Plan::make(scope, request.source, request.parameters);
  };
  auto planned = co_await offload(services_.file_pool, std::move(work));
  if (!planned) co_return arm_error(planned.error());
  co_return *std::move(planned);
}

ArmResult<void> DeploymentPlanner::check_scope(const Scope& scope) const {
  if (created_groups_.count(scope.key()) > 0) return {};
  return services_.store.require(scope);
}

ArmResult<void> DeploymentPlanner::check_resource(const PlannedResource& resource) const {
  const auto id = ResourceId::parse(resource.id);
  if (!id) return id.error();
  const bool group_will_exist = created_groups_.count(scope_of(id->scope).key()) > 0;
  return services_.store.check_resource(*id, resource.api_version, resource.body, group_will_exist);
}

asio::awaitable<std::vector<ArmError>> DeploymentPlanner::check(const Plan& plan, int depth) {
  for (const PlannedResource& resource : plan.resources()) {
    const auto id = ResourceId::parse(resource.id);
    if (!is_put(resource) || !id || !id->is_a(kResourceGroups)) continue;
    created_groups_.insert(Scope{scope_of(id->scope).subscription, id->name}.key());
  }
  std::vector<ArmError> errors;
  for (const PlannedResource& resource : plan.resources()) {
    // A body that refers to other resources can only be evaluated when they exist.
    if (!is_put(resource) || !resource.references.empty()) continue;
    if (is_nested_deployment(resource)) {
      std::vector<ArmError> nested = co_await check_nested(resource, depth + 1);
      errors.insert(errors.end(), nested.begin(), nested.end());
    } else if (const ArmResult<void> good = check_resource(resource); !good) {
      errors.push_back(good.error());
    }
  }
  co_return errors;
}

asio::awaitable<std::vector<ArmError>> DeploymentPlanner::check_nested(
    const PlannedResource& resource, int depth) {
  std::vector<ArmError> errors;
  const auto refuse = [&errors](ArmError error) {
    errors.push_back(std::move(error));
    return std::move(errors);
  };
  if (depth > kDeepest) {
    co_return refuse({400, "InvalidTemplate", "Deployments are nested too deeply."});
  }
  auto target = target_of(resource);
  if (!target) co_return refuse(target.error());
  if (const ArmResult<void> known = check_scope(target->scope); !known) {
    co_return refuse(known.error());
  }
  auto request = read_deployment(resource.body, target->scope);
  if (!request) co_return refuse(request.error());
  auto planned = co_await plan(*target, *std::move(request));
  if (!planned) co_return refuse(planned.error());
  co_return co_await check(*planned, depth);
}

}  // namespace dynsessions::surfaces::control_plane
