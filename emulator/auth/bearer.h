#pragma once

#include <optional>
#include <string_view>

#include "emulator/core/result.h"

namespace dynsessions::auth {

enum class TokenRule {
  any,  ///< a bearer token must be there; its value does not matter
  off,  ///< no token needed
};

/// Checks the value of the `Authorization` header; `unauthenticated` with the reason when the rule
/// is not met. The token itself goes nowhere: not into the error, not into a log.
[[nodiscard]] Result<void> check_bearer(TokenRule rule,
                                        std::optional<std::string_view> authorization);

}  // namespace dynsessions::auth
