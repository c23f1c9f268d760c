#include "emulator/az_stand_in/account.h"

#include <array>
#include <charconv>
#include <ctime>
#include <utility>

#include "emulator/auth/base64url.h"
#include "emulator/base/json_text.h"
#include "emulator/base/printable.h"

namespace dynsessions::az_stand_in {
namespace {

using Json = nlohmann::ordered_json;

/// The resource of the Azure CLI's tokens unless a command names another one.
constexpr const char* kUsualResource = "https://management.core.windows.net/";

/// The text of a member; empty if there is none.
std::string text_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return object.is_object() && found != object.end() && found->is_string()
             ? found->get<std::string>()
             : std::string();
}

Json claims_of(const std::string& token) {
  const std::size_t begin = token.find('.') + 1;
  const std::size_t end = token.find('.', begin);
  const auto payload = end == std::string::npos
                           ? std::nullopt
                           : auth::decode_base64url(token.substr(begin, end - begin));
  return parse_ordered_json(payload.value_or(""));
}

/// "2026-11-30 14:05:00.000000" in local time, as the Azure CLI shows it.
std::string local_time(std::time_t time) {
  std::tm parts{};
  std::array<char, 32> text{};
  ::localtime_r(&time, &parts);
  const std::size_t size =
      std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S.000000", &parts);
  return {text.data(), size};
}

std::string subscription_of_pool(const Environment& environment) {
  constexpr std::string_view kLabel = "/subscriptions/";
  const std::string endpoint = environment("AZURE_POOL_MANAGEMENT_ENDPOINT").value_or("");
  const std::size_t label = endpoint.find(kLabel);
  if (label == std::string::npos) return "00000000-0000-0000-0000-000000000000";
  const std::size_t begin = label + kLabel.size();
  return printable(endpoint.substr(begin, endpoint.find('/', begin) - begin));
}

}  // namespace

Result<Account> sign_in(const std::string& resource, const Environment& environment,
                        const RequestToken& request) {
  const client_environment::IdentityEndpoint endpoint{environment("IDENTITY_ENDPOINT").value_or(""),
                                                      environment("IDENTITY_HEADER").value_or("")};
  const auto body = request(endpoint, resource.empty() ? kUsualResource : resource);
  if (!body) return body.error();
  const Json answer = parse_ordered_json(*body);
  Account account{.token = text_of(answer, "access_token"),
                  .tenant = {},
                  .subscription = subscription_of_pool(environment)};
  const std::string expires_on = text_of(answer, "expires_on");
  const auto [end, error] =
      std::from_chars(expires_on.data(), expires_on.data() + expires_on.size(), account.expires_on);
  if (account.token.empty() || error != std::errc()) {
    return Error{ErrorCode::internal,
                 "IDENTITY_ENDPOINT is not an identity endpoint of dynsessions",
                 {},
                 {}};
  }
  account.tenant = text_of(claims_of(account.token), "tid");
  return account;
}

Json access_token_of(const Account& account) {
  return {{"accessToken", account.token},     {"expiresOn", local_time(account.expires_on)},
          {"expires_on", account.expires_on}, {"subscription", account.subscription},
          {"tenant", account.tenant},         {"tokenType", "Bearer"}};
}

Json description_of(const Account& account) {
  return {{"environmentName", "AzureCloud"},
          {"homeTenantId", account.tenant},
          {"id", account.subscription},
          {"isDefault", true},
          {"managedByTenants", Json::array()},
          {"name", "dynsessions"},
          {"state", "Enabled"},
          {"tenantId", account.tenant},
          {"user", {{"name", "systemAssignedIdentity"}, {"type", "servicePrincipal"}}}};
}

}  // namespace dynsessions::az_stand_in
