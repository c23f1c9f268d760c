#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/auth/claims.h"
#include "emulator/auth/signing_keys.h"

namespace dynsessions::auth {

/// Claims of the tokens that the offline identity issues (`--tenant` and the options after it).
struct IdentitySettings {
  std::string tenant = "00000000-0000-4000-8000-000000000001";     ///< `tid`
  std::string principal = "00000000-0000-4000-8000-000000000002";  ///< `oid` and `sub`
  std::string client_id = "00000000-0000-4000-8000-000000000003";  ///< `appid`
  std::vector<std::string> roles{std::string(kExecutorRole)};      ///< empty: without the claim
  std::chrono::seconds lifetime{3600};
};

/// The members in which tokens differ. An empty member means the value of the settings.
struct TokenRequest {
  std::string audience;  ///< required
  std::string issuer;    ///< required
  std::string tenant;
  std::string principal;
  std::string client_id;
  std::string user;  ///< name of the user who signed in; empty: the token of an application
};

/// The JSON of the claims of an id token (OpenID Connect): who has signed in, for the client
/// itself.
[[nodiscard]] std::string id_claims_for(const TokenRequest& request,
                                        const IdentitySettings& settings,
                                        std::chrono::sys_seconds now);

/// The JSON of a token's claims, as Entra's tokens of version 1.0 have them.
[[nodiscard]] std::string claims_for(const TokenRequest& request, const IdentitySettings& settings,
                                     std::chrono::sys_seconds now);

}  // namespace dynsessions::auth
