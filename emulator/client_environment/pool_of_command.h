#pragma once

#include "emulator/base/result.h"
#include "emulator/client_environment/running_server.h"

namespace dynsessions::client_environment {

/// The same server with the endpoints of a pool that no other client uses. The pool is made by its
/// first use, with the definition of the default pool.
[[nodiscard]] RunningServer with_fresh_pool(RunningServer server);

/// Ends every session of the pool that the endpoint names, by the admin API; the journal stays. An
/// error has the reason in one line. Blocks.
[[nodiscard]] Result<void> end_sessions(const RunningServer& server);

}  // namespace dynsessions::client_environment
