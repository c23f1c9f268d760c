#include "emulator/auth/token_check.h"

#include <algorithm>
#include <array>

#include "emulator/auth/bearer.h"
#include "emulator/auth/claims.h"
#include "emulator/auth/signing_keys.h"

namespace dynsessions::auth {
namespace {

using Texts = std::vector<std::string>;

/// The audiences that a surface accepts, without a final slash, and the one to name in a refusal.
struct Audiences {
  std::array<std::string_view, 3> accepted;
  std::string_view shown;
};

/// Audiences that some clients request even if ARM has another address (CONTROL-PLANE.md section
/// 3.2).
constexpr std::string_view kPublicArm = "https://management.azure.com";
constexpr std::string_view kClassicArm = "https://management.core.windows.net";

constexpr Audiences kDataPlane{{kAudience, kLegacyAudience}, kAudience};

bool is_for(const Audiences& audiences, std::string_view audience) {
  if (audience.ends_with('/')) audience.remove_suffix(1);
  const auto& accepted = audiences.accepted;
  return !audience.empty() &&
         std::find(accepted.begin(), accepted.end(), audience) != accepted.end();
}

bool is_executor_role(std::string_view role) {
  return role == kExecutorRole || role == kExecutorRoleId;
}

/// The wording of ASP.NET Core's bearer handler. The headers of the service suggest that it uses
/// this handler; no recording contains a description.
Result<void> check_validity(const Claims& claims, const Audiences& audiences,
                            std::chrono::sys_seconds now) {
  const auto is_ours = [&](const std::string& audience) { return is_for(audiences, audience); };
  if (!std::any_of(claims.audiences.begin(), claims.audiences.end(), is_ours)) {
    const std::string wanted(audiences.shown);
    return unauthenticated(
        "The audience is invalid",
        "`aud` of the token is not " + wanted + ": ask for the scope " + wanted + "/.default");
  }
  if (!claims.expires_at) {
    return unauthenticated("The token has no expiration", "the token has no `exp`");
  }
  if (*claims.expires_at <= now) {
    return unauthenticated("The token is expired",
                           "`exp` of the token has passed: fetch a new one, and compare the clocks "
                           "of client and emulator");
  }
  if (claims.not_before && *claims.not_before > now) {
    return unauthenticated(
        "The token is not valid yet",
        "`nbf` of the token is in the future: compare the clocks of client and emulator");
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

Error role_missing(MissingRole answer, const std::string& shortfall) {
  constexpr const char* kReason =
      "the token lacks the role `Azure ContainerApps Session Executor`: add it to `roles`, or "
      "start with --executor OID, where OID is its `oid`, `appid` or `sub`";
  const std::string reason = shortfall.empty() ? kReason : shortfall;
  if (answer == MissingRole::unauthenticated) {
    return unauthenticated("The token has no role on this pool", reason);
  }
  return {ErrorCode::permission_denied,
          "The caller does not have the role Azure ContainerApps Session Executor on this pool.",
          {},
          reason};
}

Result<Claims> checked_claims(const TokenPolicy& policy, std::string_view token,
                              const Audiences& audiences, std::chrono::sys_seconds now) {
  std::optional<Claims> claims = parse_claims(token);
  if (!claims) {
    return unauthenticated("The token is malformed",
                           "the token is not a JSON web token; `dynsessions token` prints one");
  }
  if (Result<void> genuine = check_signature(policy, *claims, token); !genuine) {
    return genuine.error();
  }
  if (Result<void> valid = check_validity(*claims, audiences, now); !valid) return valid.error();
  return *std::move(claims);
}

}  // namespace

Result<std::string> check_token(const TokenPolicy& policy,
                                std::optional<std::string_view> authorization,
                                std::chrono::sys_seconds now, const RoleLookup& roles) {
  if (policy.rule == TokenRule::off) return std::string();
  const Result<std::string_view> token = bearer_token(authorization);
  if (!token) return token.error();
  if (policy.rule == TokenRule::any) return principal_in(parse_claims(*token));
  const Result<Claims> claims = checked_claims(policy, *token, kDataPlane, now);
  if (!claims) return claims.error();
  if (!has_role(*claims, policy.executors)) {
    const RoleRights rights = roles ? roles(claims->principals) : RoleRights();
    if (!rights.is_executor) return role_missing(policy.missing_role, rights.shortfall);
  }
  return principal_in(*claims);
}

Result<ManagementToken> check_management_token(const TokenPolicy& policy,
                                               std::optional<std::string_view> authorization,
                                               std::chrono::sys_seconds now, std::string_view arm) {
  if (policy.rule == TokenRule::off && !authorization) return ManagementToken();
  const Result<std::string_view> token = bearer_token(authorization);
  if (!token) {
    if (policy.rule == TokenRule::off) return ManagementToken();
    return token.error();
  }
  if (policy.rule != TokenRule::claims) {
    const std::optional<Claims> claims = parse_claims(*token);
    return claims ? ManagementToken{claims->principals, claims->user} : ManagementToken();
  }
  const Audiences audiences{{arm, kPublicArm, kClassicArm}, arm};
  const Result<Claims> claims = checked_claims(policy, *token, audiences, now);
  if (!claims) return claims.error();
  return ManagementToken{claims->principals, claims->user};
}

}  // namespace dynsessions::auth
