#pragma once

#include <optional>
#include <string_view>

#include "emulator/base/result.h"

namespace dynsessions::auth {

/// A refusal of a token. `description` goes to the client in `WWW-Authenticate`, so it is made of
/// constants: nothing of the token, and neither `"` nor `\`.
[[nodiscard]] Error unauthenticated(std::string description, std::string reason);

/// Returns the token in the value of an `Authorization` header: the text after `Bearer` (in any
/// case), without spaces around it. Returns `unauthenticated` if there is no token. The result is a
/// view: the token is never copied, so no error and no log can contain it.
[[nodiscard]] Result<std::string_view> bearer_token(std::optional<std::string_view> authorization);

}  // namespace dynsessions::auth
