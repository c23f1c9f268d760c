#include "emulator/surfaces/data_plane/session_access.h"

#include <utility>

namespace dynsessions::surfaces::data_plane {
namespace asio = boost::asio;

Result<SessionIdentifier> session_identifier(const Route& route, const http::Request& request,
                                             const std::optional<std::string>& from_body) {
  const auto from_query = request.target.query_value("identifier");
  if (from_query) return SessionIdentifier::parse(*from_query, route.version->identifier_rule);
  if (from_body) return SessionIdentifier::parse(*from_body, route.version->identifier_rule);
  return invalid_request("The query parameter identifier is missing.", "identifier",
                         "add ?identifier=<your session's key> to the URL");
}

asio::awaitable<Result<pools::SessionLease>> acquire_session(const Services& services, Route route,
                                                             SessionIdentifier identifier) {
  auto pool = services.pools.find_or_create(route.pool);
  if (!pool) co_return pool.error();
  co_return co_await (*pool)->sessions().acquire(std::move(identifier));
}

}  // namespace dynsessions::surfaces::data_plane
