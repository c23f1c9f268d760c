#pragma once

#include <ctime>
#include <functional>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "emulator/client_environment/identity_request.h"

namespace dynsessions::az_stand_in {

/// Reads a variable of the environment.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

/// client_environment::request_token(), or a substitute of tests.
using RequestToken = std::function<Result<std::string>(
    const client_environment::IdentityEndpoint& endpoint, const std::string& resource)>;

/// The account that is signed in, with a token.
struct Account {
  std::string token;
  std::time_t expires_on = 0;
  std::string tenant;
  std::string subscription;
};

/// Gets a token from IDENTITY_ENDPOINT for the resource; if that is empty, for Azure's own API. The
/// tenant comes from the token, the subscription from the endpoint of the pool.
[[nodiscard]] Result<Account> sign_in(const std::string& resource, const Environment& environment,
                                      const RequestToken& request);

/// The answer of `az account get-access-token`.
[[nodiscard]] nlohmann::ordered_json access_token_of(const Account& account);

/// The answer of `az account show`.
[[nodiscard]] nlohmann::ordered_json description_of(const Account& account);

}  // namespace dynsessions::az_stand_in
