#pragma once

#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include "emulator/surfaces/control_plane/operation.h"

namespace dynsessions::surfaces::control_plane {

/// Removes a resource and answers 202 with the address of the operation's result, which becomes
/// `final_status` when its sessions have ended. `kind` begins the id of the operation.
[[nodiscard]] boost::asio::awaitable<ArmAnswer> remove_in_background(ArmCall& call, ResourceId id,
                                                                     std::string_view kind,
                                                                     unsigned final_status);

}  // namespace dynsessions::surfaces::control_plane
