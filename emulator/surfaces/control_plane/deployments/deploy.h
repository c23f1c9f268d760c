#pragma once

#include <boost/asio/awaitable.hpp>

#include "emulator/surfaces/control_plane/caller.h"
#include "emulator/surfaces/control_plane/deployments/deployment_facts.h"
#include "emulator/surfaces/control_plane/deployments/deployment_request.h"
#include "emulator/surfaces/control_plane/services.h"

namespace dynsessions::surfaces::control_plane {

/// Runs a whole deployment for --pools-file, without a request: checks it, puts its resources, and
/// returns when they exist. `services` and `caller` outlive the call.
[[nodiscard]] boost::asio::awaitable<ArmResult<void>> deploy(const Services& services,
                                                             const Caller& caller,
                                                             DeploymentTarget target,
                                                             DeploymentRequest request);

}  // namespace dynsessions::surfaces::control_plane
