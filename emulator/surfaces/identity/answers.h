#pragma once

#include <chrono>
#include <memory>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "emulator/auth/signing_keys.h"
#include "emulator/auth/token_issuer.h"
#include "emulator/base/error.h"
#include "emulator/http/message.h"
#include "emulator/surfaces/identity/services.h"

namespace dynsessions::surfaces::identity {

/// One body for the clients of all endpoints: `error` and `error_description` for those of Entra
/// and IMDS, `statusCode` and `message` for those of App Service. Both texts end with the reason.
/// The status is never 404, after which managed identity clients wait for the service to start
/// (CLIENTS.md section 4.1).
[[nodiscard]] http::Response refusal(const Error& error, const std::string& correlation_id);

/// An error about one parameter of the request.
[[nodiscard]] Error bad_parameter(std::string name, std::string message, std::string reason);

/// The server's URL as the client wrote it, such as "https://localhost:7443".
[[nodiscard]] std::string base_url(const http::Request& request);

/// `issuer` of the tokens of a tenant, as discovery names it.
[[nodiscard]] std::string issuer_of(const http::Request& request, const std::string& tenant);

/// The key that signs tokens; made on the pool if there is none.
[[nodiscard]] boost::asio::awaitable<std::shared_ptr<const auth::SigningKey>> current_key(
    const Services& services);

struct IssuedToken {
  std::string text;
  std::string id_token;  ///< empty unless a user signed in
  std::chrono::sys_seconds issued_at;
  std::chrono::seconds lifetime;
};

/// Makes a token, and an id token if it is for a user, and signs them on the pool.
[[nodiscard]] boost::asio::awaitable<IssuedToken> issue(const Services& services,
                                                        auth::TokenRequest request);

}  // namespace dynsessions::surfaces::identity
