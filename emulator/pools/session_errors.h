#pragma once

#include <cstdint>
#include <string>

#include "emulator/base/error.h"
#include "emulator/pools/pool_definition.h"

namespace dynsessions::pools {

[[nodiscard]] inline std::string pool_is_full(std::uint32_t max_sessions) {
  return "The session pool has its maximum of " + std::to_string(max_sessions) +
         " concurrent sessions.";
}

/// The error of a call that uses only existing sessions.
[[nodiscard]] inline Error no_such_session() {
  return {ErrorCode::session_not_found, "There is no session with this identifier in the pool.",
          "identifier", "it was never used, its cooldown has passed, or it was deleted"};
}

/// For every use of the sessions of a pool whose container type the emulator cannot run.
[[nodiscard]] inline Error sessions_cannot_run(const PoolDefinition& pool) {
  const std::string type = name_of(pool.container_type);
  return {ErrorCode::operation_not_supported,
          "The session pool '" + pool.id.name + "' has the container type " + type +
              ", whose sessions this emulator cannot run.",
          "pool",
          "pool " + pool.id.name + " of type " + type +
              " exists for Azure Resource Manager only; use a pool of type PythonLTS"};
}

}  // namespace dynsessions::pools
