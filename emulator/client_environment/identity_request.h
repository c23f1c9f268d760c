#pragma once

#include <string>

#include "emulator/base/result.h"

namespace dynsessions::client_environment {

/// The endpoint that issues tokens to a client, as its environment describes it.
struct IdentityEndpoint {
  std::string url;     ///< IDENTITY_ENDPOINT
  std::string header;  ///< IDENTITY_HEADER
};

/// Requests a token for a resource as managed identity of App Service does (api-spec/CLIENTS.md
/// section 4.1), and returns the JSON of the answer. An error says in one line what to change.
/// Blocks for at most ten seconds.
[[nodiscard]] Result<std::string> request_token(const IdentityEndpoint& endpoint,
                                                const std::string& resource);

}  // namespace dynsessions::client_environment
