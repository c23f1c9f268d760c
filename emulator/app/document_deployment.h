#pragma once

#include <string>

#include <boost/asio/awaitable.hpp>

#include "emulator/pools/pool_definition.h"
#include "emulator/surfaces/control_plane/services.h"
#include "emulator/template_files/template_files.h"

namespace dynsessions {

/// Deploys a document of --pools-file as a request to the control plane would, into the resource
/// group and subscription of `home`. An error has the reason, with those of single resources, in
/// one line. `services` and `caller` outlive the call.
[[nodiscard]] boost::asio::awaitable<Result<void>> deploy_document(
    const surfaces::control_plane::Services& services,
    const surfaces::control_plane::Caller& caller, template_files::Document document,
    pools::PoolName home);

}  // namespace dynsessions
