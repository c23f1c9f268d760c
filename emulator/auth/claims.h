#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dynsessions::auth {

/// Audiences of tokens for the service (CONTRACT.md section 1.4); the second is from the earliest
/// preview and still the default scope of some clients.
inline constexpr std::string_view kAudience = "https://dynamicsessions.io";
inline constexpr std::string_view kLegacyAudience = "https://acasessions.io";

/// The role that allows the use of a pool's sessions, and its id (CONTRACT.md section 1.4).
inline constexpr std::string_view kExecutorRole = "Azure ContainerApps Session Executor";
inline constexpr std::string_view kExecutorRoleId = "0fb8eba5-a2bb-4abe-b1c1-49dfad359bb0";

/// The parts of a web token (RFC 7519) that matter here, as the token states them: parse_claims()
/// does not check its signature.
struct Claims {
  std::string key_id;                                  ///< `kid` of the header, or empty
  std::vector<std::string> audiences;                  ///< `aud`
  std::optional<std::chrono::sys_seconds> expires_at;  ///< `exp`
  std::optional<std::chrono::sys_seconds> not_before;  ///< `nbf`
  std::vector<std::string> roles;                      ///< `roles`
  std::vector<std::string> principals;  ///< `oid`, `appid` and `sub`: who the token stands for
  std::string user;                     ///< `upn`: the name of a person; empty: an application
};

/// Limits for tokens from the network: number of characters, and depth of nested objects and
/// arrays. A token of Entra has about 2 KiB, and the claims that are read are two levels deep.
inline constexpr std::size_t kLongestToken = std::size_t{16} * 1024;
inline constexpr int kDeepestClaim = 8;

/// Reads the claims of `header.payload.signature` (RFC 7515 compact form). The signature is not
/// decoded, and an empty one is accepted. Returns nullopt if the token is longer or nested deeper
/// than the bounds, if header or payload is not a JSON object in base64url, or if a claim has the
/// wrong type.
[[nodiscard]] std::optional<Claims> parse_claims(std::string_view token);

}  // namespace dynsessions::auth
