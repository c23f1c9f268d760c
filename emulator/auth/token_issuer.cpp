#include "emulator/auth/token_issuer.h"

#include <nlohmann/json.hpp>

#include "emulator/base/identifiers.h"
#include "emulator/base/json_text.h"

namespace dynsessions::auth {
namespace {

const std::string& either(const std::string& asked, const std::string& usual) {
  return asked.empty() ? usual : asked;
}

}  // namespace

std::string id_claims_for(const TokenRequest& request, const IdentitySettings& settings,
                          std::chrono::sys_seconds now) {
  const auto seconds = now.time_since_epoch().count();
  const std::string& principal = either(request.principal, settings.principal);
  return dumped(nlohmann::ordered_json{{"aud", either(request.client_id, settings.client_id)},
                                       {"iss", request.issuer},
                                       {"iat", seconds},
                                       {"nbf", seconds},
                                       {"exp", seconds + settings.lifetime.count()},
                                       {"oid", principal},
                                       {"preferred_username", request.user},
                                       {"sub", principal},
                                       {"tid", either(request.tenant, settings.tenant)},
                                       {"upn", request.user},
                                       {"ver", "2.0"}});
}

std::string claims_for(const TokenRequest& request, const IdentitySettings& settings,
                       std::chrono::sys_seconds now) {
  const auto seconds = now.time_since_epoch().count();
  const std::string& principal = either(request.principal, settings.principal);
  nlohmann::ordered_json claims{
      {"aud", request.audience},
      {"iss", request.issuer},
      {"iat", seconds},
      {"nbf", seconds},
      {"exp", seconds + settings.lifetime.count()},
      {"appid", either(request.client_id, settings.client_id)},
      {"appidacr", request.user.empty() ? "2" : "0"},
      {"idtyp", request.user.empty() ? "app" : "user"},
      {"oid", principal},
  };
  if (!settings.roles.empty()) claims["roles"] = settings.roles;
  claims["sub"] = principal;
  claims["tid"] = either(request.tenant, settings.tenant);
  if (!request.user.empty()) {
    claims["scp"] = "user_impersonation";
    claims["unique_name"] = request.user;
    claims["upn"] = request.user;
  }
  claims["uti"] = random_uuid();
  claims["ver"] = "1.0";
  return dumped(claims);
}

}  // namespace dynsessions::auth
