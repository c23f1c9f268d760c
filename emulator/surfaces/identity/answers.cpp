#include "emulator/surfaces/identity/answers.h"

#include <utility>

#include "emulator/base/offload.h"
#include "emulator/surfaces/json_response.h"
#include "emulator/surfaces/json_writer.h"

namespace dynsessions::surfaces::identity {
namespace asio = boost::asio;

namespace {

struct Refused {
  unsigned status;
  const char* error;  ///< error code of RFC 6749 section 5.2
};

Refused refused_as(ErrorCode code) {
  switch (code) {
    case ErrorCode::unauthenticated:
      return {401, "invalid_client"};
    case ErrorCode::operation_not_supported:
      return {400, "unsupported_grant_type"};
    case ErrorCode::host_not_allowed:
    case ErrorCode::origin_not_allowed:
      return {403, "access_denied"};
    case ErrorCode::payload_too_large:
      return {413, "invalid_request"};
    case ErrorCode::shutting_down:
      return {503, "temporarily_unavailable"};
    case ErrorCode::internal:
      return {500, "server_error"};
    default:
      return {400, "invalid_request"};
  }
}

}  // namespace

http::Response refusal(const Error& error, const std::string& correlation_id) {
  const auto [status, name] = refused_as(error.code);
  const std::string end = error.reason.ends_with('?') ? "" : ".";
  const std::string text = "dynsessions: " + error.message +
                           (error.reason.empty() ? "" : " Cure: " + error.reason + end);
  JsonWriter json(ObjectIds::absent);
  json.begin_object().member("error", name).member("error_description", text);
  json.member("statusCode", std::int64_t{status}).member("message", text);
  json.member("correlation_id", correlation_id).end_object();
  return uncached_json_response(status, json.take());
}

Error bad_parameter(std::string name, std::string message, std::string reason) {
  return {ErrorCode::invalid_request, std::move(message), std::move(name), std::move(reason)};
}

std::string base_url(const http::Request& request) {
  return request.scheme + "://" + std::string(request.headers.find("host").value_or("localhost"));
}

std::string issuer_of(const http::Request& request, const std::string& tenant) {
  return base_url(request) + "/" + tenant + "/v2.0";
}

asio::awaitable<std::shared_ptr<const auth::SigningKey>> current_key(const Services& services) {
  auto current = [&keys = services.keys] { return keys.current(); };
  return offload(services.pool, std::move(current));
}

asio::awaitable<IssuedToken> issue(const Services& services, auth::TokenRequest request) {
  const auto now = std::chrono::floor<std::chrono::seconds>(services.clock.now());
  const auto key = co_await current_key(services);
  const std::chrono::seconds lifetime = services.settings.lifetime;
  auto sign = [key, now, lifetime, claims = auth::claims_for(request, services.settings, now),
               id_claims = request.user.empty()
                               ? std::string()
                               : auth::id_claims_for(request, services.settings, now)] {
    return IssuedToken{key->sign(claims), id_claims.empty() ? "" : key->sign(id_claims), now,
                       lifetime};
  };
  co_return co_await offload(services.pool, std::move(sign));
}

}  // namespace dynsessions::surfaces::identity
