#pragma once

#include <string>

#include <boost/asio/awaitable.hpp>

#include "emulator/surfaces/control_plane/operation.h"

namespace dynsessions::surfaces::control_plane {

struct RemovalOperation {
  std::string kind;    ///< begins the id of the operation
  std::string region;  ///< in the address of the operation
  unsigned final_status = 200;
};

/// Removes a resource and answers 202 with the address of the operation's result, which becomes
/// `final_status` when its sessions have ended.
[[nodiscard]] boost::asio::awaitable<ArmAnswer> remove_in_background(ArmCall& call, ResourceId id,
                                                                     RemovalOperation removal);

}  // namespace dynsessions::surfaces::control_plane
