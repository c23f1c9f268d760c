#include "emulator/auth/token_check.h"

#include <algorithm>

#include "emulator/auth/bearer.h"
#include "emulator/auth/claims.h"
#include "emulator/auth/signing_keys.h"

namespace dynsessions::auth {
namespace {

using Texts = std::vector<std::string>;

bool is_our_audience(std::string_view audience) {
  if (audience.ends_with('/')) audience.remove_suffix(1);
  return audience == kAudience || audience == kLegacyAudience;
}

bool is_executor_role(std::string_view role) {
  return role == kExecutorRole || role == kExecutorRoleId;
}

/// The descriptions are those of ASP.NET Core's bearer handler, which the service's headers point
/// to; no recording has one.
Result<void> check_validity(const Claims& claims, std::chrono::sys_seconds now) {
  if (!std::any_of(claims.audiences.begin(), claims.audiences.end(), is_our_audience)) {
    return unauthenticated("The audience is invalid",
                           "`aud` of the token is not https://dynamicsessions.io: ask for the "
                           "scope https://dynamicsessions.io/.default");
  }
  if (!claims.expires_at) {
    return unauthenticated("The token has no expiration", "the token has no `exp`");
  }
  if (*claims.expires_at <= now) {
    return unauthenticated("The token is expired",
                           "`exp` of the token has passed: fetch a new one, and look at the clocks "
                           "of client and emulator");
  }
  if (claims.not_before && *claims.not_before > now) {
    return unauthenticated("The token is not valid yet",
                           "`nbf` of the token is still to come: look at the clocks of client and "
                           "emulator");
  }
  return {};
}

Result<void> check_signature(const TokenPolicy& policy, const Claims& claims,
                             std::string_view token) {
  if (policy.keys == nullptr || claims.key_id.empty()) return {};
  const auto key = policy.keys->find(claims.key_id);
  if (!key || key->has_signed(token)) return {};
  return unauthenticated("The signature is invalid",
                         "the token names a key of this emulator, which did not sign it: it was "
                         "changed after it was issued");
}

bool has_role(const Claims& claims, const Texts& executors) {
  const auto is_executor = [&](const std::string& principal) {
    return std::find(executors.begin(), executors.end(), principal) != executors.end();
  };
  return std::any_of(claims.roles.begin(), claims.roles.end(), is_executor_role) ||
         std::any_of(claims.principals.begin(), claims.principals.end(), is_executor);
}

/// Empty if the token does not say.
std::string principal_in(const std::optional<Claims>& claims) {
  return claims && !claims->principals.empty() ? claims->principals.front() : std::string();
}

Error role_missing(MissingRole answer) {
  constexpr const char* kReason =
      "the token lacks the role `Azure ContainerApps Session Executor`: add it to `roles`, or "
      "start with --executor OID, where OID is its `oid`, `appid` or `sub`";
  if (answer == MissingRole::unauthenticated) {
    return unauthenticated("The token has no role on this pool", kReason);
  }
  return {ErrorCode::permission_denied,
          "The caller does not have the role Azure ContainerApps Session Executor on this pool.",
          {},
          kReason};
}

}  // namespace

Result<std::string> check_token(const TokenPolicy& policy,
                                std::optional<std::string_view> authorization,
                                std::chrono::sys_seconds now) {
  if (policy.rule == TokenRule::off) return std::string();
  const Result<std::string_view> token = bearer_token(authorization);
  if (!token) return token.error();
  const std::optional<Claims> claims = parse_claims(*token);
  if (policy.rule == TokenRule::any) return principal_in(claims);
  if (!claims) {
    return unauthenticated("The token is malformed",
                           "the token is not a JSON web token; `dynsessions token` prints one");
  }
  if (Result<void> genuine = check_signature(policy, *claims, *token); !genuine) {
    return genuine.error();
  }
  if (Result<void> valid = check_validity(*claims, now); !valid) return valid.error();
  if (!has_role(*claims, policy.executors)) return role_missing(policy.missing_role);
  return principal_in(claims);
}

}  // namespace dynsessions::auth
