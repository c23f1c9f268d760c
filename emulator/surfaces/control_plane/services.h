#pragma once

#include <functional>
#include <string>

#include <boost/asio/thread_pool.hpp>

#include "emulator/auth/token_check.h"
#include "emulator/auth/token_issuer.h"
#include "emulator/surfaces/control_plane/long_running_operations.h"
#include "emulator/surfaces/control_plane/resource_store.h"

namespace dynsessions::surfaces::control_plane {

/// Which requests are answered by an operation that a client has to poll (`--arm-operations`).
enum class OperationStyle {
  as_azure,      ///< deletions of resource groups; pools of code are synchronous (recorded)
  long_running,  ///< also every PUT, PATCH and DELETE of a session pool
};

/// Parts of the server that operations of the control plane use. All references outlive the
/// surface.
struct Services {
  ResourceStore& store;
  LongRunningOperations& operations;
  const auth::IdentitySettings& identity;
  boost::asio::thread_pool& file_pool;  ///< reads templates
  auth::SigningKeys* keys = nullptr;    ///< of the emulator's own tokens
  OperationStyle style = OperationStyle::as_azure;
  bool own_headers = true;  ///< whether answers have `x-emulator-reason` and `x-emulator-warning`
  /// Port of HTTPS; 0: HTTPS is off. Known once the ports are bound.
  std::function<unsigned()> https_port;
};

}  // namespace dynsessions::surfaces::control_plane
