#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/base/result.h"

namespace dynsessions::auth {

enum class TokenRule {
  any,     ///< a bearer token must be there; its value does not matter
  claims,  ///< a web token with the claims that the service requires; see check_token()
  off,     ///< no token needed
};

/// How a valid token without the role is refused. Sources differ (CONTRACT.md section 8 row 19).
enum class MissingRole {
  permission_denied,  ///< 403 with the envelope: the default
  unauthenticated,    ///< 401 without a body, like a bad token
};

class SigningKeys;

struct TokenPolicy {
  TokenRule rule = TokenRule::any;
  /// `oid`, `appid` or `sub` of principals that have the role without a claim for it. The service
  /// looks up role assignments, which real Entra tokens do not contain.
  std::vector<std::string> executors{};
  MissingRole missing_role = MissingRole::permission_denied;
  /// The emulator's own keys; nullptr: it has none. Outlives the policy.
  SigningKeys* keys = nullptr;
};

/// Rights that role assignments give the principals of a token on one pool.
struct RoleRights {
  bool is_executor = false;
  /// Why their roles do not suffice: "…has only the role X on …". Empty if they have no role.
  std::string shortfall = {};
};
using RoleLookup = std::function<RoleRights(const std::vector<std::string>& principals)>;

/// Checks the value of the `Authorization` header. By TokenRule::claims a token must
/// - be a web token within the bounds of claims.h;
/// - have the service's audience, or the legacy one, with or without a final slash;
/// - have an `exp` after `now`, and no `nbf` after `now`. Both are exact to the second, without the
///   minutes of grace of real services, so that a test can check both sides;
/// - have the role *Azure ContainerApps Session Executor* (name or id) in `roles`, or belong to one
///   of the policy's executors or to a principal to whom `roles` gives the role.
///
/// The signature is checked if the token names one of the emulator's keys. Signatures of other
/// tokens are not checked, because their keys are not known here: this check tests clients and
/// protects nothing.
///
/// Returns the token's principal: its `oid`, `appid` or `sub`; empty if it is no web token, which
/// only TokenRule::any accepts. Returns `unauthenticated` or `permission_denied` if the token is
/// refused. Neither errors nor logs contain the token.
[[nodiscard]] Result<std::string> check_token(const TokenPolicy& policy,
                                              std::optional<std::string_view> authorization,
                                              std::chrono::sys_seconds now,
                                              const RoleLookup& roles = {});

/// The principals and the user of a valid token for Azure Resource Manager.
struct ManagementToken {
  std::vector<std::string> principals;  ///< `oid`, `appid` and `sub`
  std::string user;                     ///< the name of a person; empty: an application
};

/// Checks the value of the `Authorization` header of a request to Azure Resource Manager, whose
/// address is `arm`, such as "https://localhost:7443". By TokenRule::claims the token must be for
/// `arm` or the public ARM, with or without a final slash, and valid now; no role is needed. By
/// TokenRule::any, claims are read if the token is a web token. Returns `unauthenticated` if the
/// token is refused.
[[nodiscard]] Result<ManagementToken> check_management_token(
    const TokenPolicy& policy, std::optional<std::string_view> authorization,
    std::chrono::sys_seconds now, std::string_view arm);

}  // namespace dynsessions::auth
