#include "emulator/surfaces/control_plane/deployments/deployment_run.h"

#include <algorithm>
#include <utility>

#include "emulator/base/identifiers.h"
#include "emulator/base/offload.h"
#include "emulator/http/text.h"
#include "emulator/surfaces/control_plane/arm_versions.h"
#include "emulator/surfaces/control_plane/deployments/deployment_json.h"

namespace dynsessions::surfaces::control_plane {
namespace asio = boost::asio;

using control_plane_templates::Evaluated;

namespace {

/// The api-version with which a reference reads a resource: the one in the template, if the
/// template contains the resource.
std::string version_for(const DeploymentPlanner::Plan& plan, const std::string& id) {
  const auto& resources = plan.resources();
  const auto planned = std::find_if(resources.begin(), resources.end(),
                                    [&id](const auto& one) { return http::iequals(one.id, id); });
  return planned == resources.end() ? std::string(default_version()) : planned->api_version;
}

/// Ends the deployment even if its run throws, because it must not stay active for ever.
class EndsInAnyCase {
 public:
  explicit EndsInAnyCase(DeploymentFacts& facts) : facts_(facts) {}
  EndsInAnyCase(const EndsInAnyCase&) = delete;
  EndsInAnyCase& operator=(const EndsInAnyCase&) = delete;
  ~EndsInAnyCase() {
    if (facts_.state == DeploymentState::running) facts_.state = DeploymentState::failed;
  }

 private:
  DeploymentFacts& facts_;
};

}  // namespace

DeploymentRun::References DeploymentRun::find_references(const DeploymentPlanner::Plan& plan,
                                                         const std::set<std::string>& ids) const {
  References found;
  for (const std::string& text : ids) {
    const auto id = ResourceId::parse(text);
    if (!id) continue;
    if (id->is_a(kDeployments)) {
      const auto nested = services_.store.deployments().find({scope_of(id->scope), id->name});
      if (nested) found.emplace(text, deployment_json(*nested));
      continue;
    }
    auto resource = services_.store.get_resource(*id, version_for(plan, text), caller_);
    if (resource) found.emplace(text, std::move(resource->json));
  }
  return found;
}

asio::awaitable<ArmResult<void>> DeploymentRun::put_nested(const PlannedResource& resource,
                                                           const nlohmann::json& body,
                                                           std::string correlation_id, int depth) {
  if (depth > DeploymentPlanner::kDeepest) {
    co_return ArmError{400, "InvalidTemplate", "Deployments are nested too deeply."};
  }
  auto target = target_of(resource);
  if (!target) co_return target.error();
  if (const auto known = services_.store.require(target->scope); !known) co_return known.error();
  auto request = read_deployment(body, target->scope);
  if (!request) co_return request.error();
  auto facts = start_deployment(services_, *target, *request, std::move(correlation_id));
  if (!facts) co_return facts.error();
  DeploymentPlanner planner(services_, caller_);
  auto plan = co_await planner.plan(*target, *std::move(request));
  if (!plan) {
    (*facts)->error = plan.error();
    end(**facts, DeploymentState::failed);
    co_return plan.error();
  }
  co_await run(*std::move(plan), *facts, depth);
  if ((*facts)->error) co_return *(*facts)->error;
  co_return ArmResult<void>{};
}

asio::awaitable<ArmResult<void>> DeploymentRun::put(DeploymentPlanner::Plan& plan,
                                                    const PlannedResource& resource,
                                                    DeploymentFacts& facts, int depth) {
  // A reference is safe: only this run uses the plan, and it waits for the thread.
  auto evaluate = [&plan, &resource, references = find_references(plan, resource.references)] {
    return plan.body_of(resource, references);
  };
  const auto body = co_await offload(services_.file_pool, std::move(evaluate));
  if (!body) co_return arm_error(body.error());
  const bool is_nested = is_nested_deployment(resource);
  DeploymentStep step{resource.id, resource.type, resource.name};
  if (is_nested) {
    const ArmResult<void> done =
        co_await put_nested(resource, body->json, facts.correlation_id, depth + 1);
    if (!done) co_return done.error();
  } else {
    const auto id = ResourceId::parse(resource.id);
    if (!id) co_return id.error();
    const auto done = services_.store.put_resource(*id, resource.api_version, body->json, caller_);
    if (!done) co_return done.error();
    step.is_new = done->is_new;
    ignored_.insert(ignored_.end(), done->ignored.begin(), done->ignored.end());
  }
  facts.steps.push_back(std::move(step));
  co_return ArmResult<void>{};
}

asio::awaitable<ArmResult<void>> DeploymentRun::find_outputs(DeploymentPlanner::Plan& plan,
                                                             DeploymentFacts& facts) {
  auto evaluate = [&plan, references = find_references(plan, plan.output_references())] {
    return plan.outputs(references);
  };
  auto outputs = co_await offload(services_.file_pool, std::move(evaluate));
  if (!outputs) co_return arm_error(outputs.error());
  facts.outputs = std::move(outputs->json);
  co_return ArmResult<void>{};
}

void DeploymentRun::end(DeploymentFacts& facts, DeploymentState state) const {
  facts.state = state;
  facts.changed = services_.store.now();
}

asio::awaitable<void> DeploymentRun::run(DeploymentPlanner::Plan plan,
                                         std::shared_ptr<DeploymentFacts> facts, int depth) {
  const EndsInAnyCase guard(*facts);
  facts->parameters = plan.parameters();
  for (const PlannedResource& resource : plan.resources()) {
    if (!is_put(resource)) continue;
    const ArmResult<void> done = co_await put(plan, resource, *facts, depth);
    if (done) continue;
    facts->steps.push_back({resource.id, resource.type, resource.name, false, done.error()});
    facts->error = failed_deployment({done.error()});
    end(*facts, DeploymentState::failed);
    co_return;
  }
  const ArmResult<void> done = co_await find_outputs(plan, *facts);
  if (!done) facts->error = failed_deployment({done.error()});
  end(*facts, done ? DeploymentState::succeeded : DeploymentState::failed);
}

ArmResult<std::shared_ptr<DeploymentFacts>> start_deployment(const Services& services,
                                                             const DeploymentTarget& target,
                                                             const DeploymentRequest& request,
                                                             std::string correlation_id) {
  const auto before = services.store.deployments().find(target);
  if (before && before->state == DeploymentState::running) {
    return ArmError{409, "DeploymentActive",
                    "Unable to edit or replace deployment '" + target.name +
                        "': previous deployment is still active."};
  }
  DeploymentFacts facts{target, request.location, request.tags, std::move(correlation_id)};
  facts.operation_id = random_uuid();
  facts.started = services.store.now();
  facts.changed = facts.started;
  return services.store.deployments().start(std::move(facts));
}

}  // namespace dynsessions::surfaces::control_plane
