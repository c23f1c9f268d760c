#pragma once

#include <chrono>
#include <string>

#include "emulator/auth/claims.h"

namespace dynsessions::auth {

/// Contents of a token that `dynsessions token` makes. TokenRule::claims accepts the defaults.
struct TestToken {
  std::string audience{kAudience};
  std::chrono::seconds expires_in{3600};  ///< negative: the token has already expired
  std::string role{kExecutorRole};        ///< empty: a token without `roles`
  std::string oid = "00000000-0000-0000-0000-000000000001";
};

/// A web token for tests, with `alg` none and without a signature (RFC 7519 section 6): every
/// service that looks at signatures refuses it. Issued at `now`, or when it expired if that was
/// earlier. Throws when a text is not UTF-8.
[[nodiscard]] std::string make_test_token(const TestToken& token, std::chrono::sys_seconds now);

}  // namespace dynsessions::auth
