#include "emulator/surfaces/data_plane/session_access.h"

#include <chrono>
#include <utility>

namespace dynsessions::surfaces::data_plane {
namespace asio = boost::asio;

namespace {

/// The text of the identifier; nullopt if the request has none.
std::optional<std::string> identifier_text(const http::Request& request,
                                           const std::optional<std::string>& from_body) {
  const auto from_query = request.target.query_value("identifier");
  return from_query ? std::optional<std::string>(*from_query) : from_body;
}

}  // namespace

Result<SessionIdentifier> session_identifier(const Route& route, http::Call& call,
                                             const std::optional<std::string>& from_body) {
  const auto text = identifier_text(call.request, from_body);
  if (!text) {
    return invalid_request("The query parameter identifier is missing.", "identifier",
                           "add ?identifier=<your session's key> to the URL");
  }
  call.exchange.identifier = *text;
  return SessionIdentifier::parse(*text, route.version->identifier_rule);
}

asio::awaitable<Result<pools::SessionLease>> acquire_session(const Services& services,
                                                             const Route& route,
                                                             http::Exchange& exchange,
                                                             SessionIdentifier identifier) {
  const auto start = std::chrono::steady_clock::now();
  auto pool = services.pools.find_or_create(route.pool);
  if (!pool) co_return pool.error();
  auto session = co_await (*pool)->sessions().acquire(std::move(identifier));
  exchange.allocation_time = std::chrono::steady_clock::now() - start;
  if (session) {
    exchange.session = (*session)->guid();
    exchange.is_new_session = session->is_new_allocation();
  }
  co_return session;
}

}  // namespace dynsessions::surfaces::data_plane
