#pragma once

#include <cstdint>
#include <string>

#include "emulator/base/error.h"

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

}  // namespace dynsessions::pools
