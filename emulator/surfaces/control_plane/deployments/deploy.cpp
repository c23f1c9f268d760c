#include "emulator/surfaces/control_plane/deployments/deploy.h"

#include <utility>

#include "emulator/base/identifiers.h"
#include "emulator/surfaces/control_plane/deployments/deployment_json.h"
#include "emulator/surfaces/control_plane/deployments/deployment_planner.h"
#include "emulator/surfaces/control_plane/deployments/deployment_run.h"

namespace dynsessions::surfaces::control_plane {

boost::asio::awaitable<ArmResult<void>> deploy(const Services& services, const Caller& caller,
                                               DeploymentTarget target, DeploymentRequest request) {
  if (const auto good = check_deployment_name(target.name); !good) co_return good.error();
  DeploymentPlanner planner(services, caller);
  DeploymentRequest kept{request.location, request.tags};
  auto plan = co_await planner.plan(target, std::move(request));
  if (!plan) co_return plan.error();
  std::string id = random_uuid();
  std::vector<ArmError> errors = co_await planner.check(*plan);
  if (!errors.empty()) co_return invalid_deployment(target, id, std::move(errors));
  auto facts = start_deployment(services, target, kept, std::move(id));
  if (!facts) co_return facts.error();
  DeploymentRun run(services, caller);
  co_await run.run(*std::move(plan), *facts);
  if ((*facts)->error) co_return *(*facts)->error;
  co_return ArmResult<void>{};
}

}  // namespace dynsessions::surfaces::control_plane
