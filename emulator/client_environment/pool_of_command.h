#pragma once

#include <string>

#include "emulator/base/result.h"
#include "emulator/client_environment/running_server.h"

namespace dynsessions::client_environment {

/// The same server with the endpoints of a pool that no other client uses. The pool is made by its
/// first use, with the definition of the default pool.
[[nodiscard]] RunningServer with_fresh_pool(RunningServer server);

/// Ends every session of the pool. An error has the reason in one line. Blocks.
[[nodiscard]] Result<void> end_sessions(const std::string& endpoint);

}  // namespace dynsessions::client_environment
