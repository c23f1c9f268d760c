#pragma once

#include <optional>
#include <string_view>

#include "emulator/base/result.h"

namespace dynsessions::auth {

/// A refusal of a token. `description` goes to the client in `WWW-Authenticate`, so it is made of
/// constants: nothing of the token, and neither `"` nor `\`.
[[nodiscard]] Error unauthenticated(std::string description, std::string reason);

/// The token in the value of an `Authorization` header: what follows `Bearer`, whose case does not
/// matter, without the blanks around it. `unauthenticated` when there is none. The token stays a
/// view: it is copied nowhere, so neither an error nor a log can hold it.
[[nodiscard]] Result<std::string_view> bearer_token(std::optional<std::string_view> authorization);

}  // namespace dynsessions::auth
