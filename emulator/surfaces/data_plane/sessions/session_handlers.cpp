#include "emulator/surfaces/data_plane/sessions/session_handlers.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "emulator/base/value_kind.h"
#include "emulator/pools/session_errors.h"
#include "emulator/surfaces/data_plane/session_access.h"
#include "emulator/surfaces/data_plane/sessions/session_wire.h"
#include "emulator/surfaces/json_response.h"

namespace dynsessions::surfaces::data_plane::sessions {
namespace asio = boost::asio;

namespace {

constexpr std::size_t kPageSize = 300;  ///< section 8 row 38

Result<std::size_t> skip_of(const http::Request& request) {
  const std::string_view text = request.target.query_value("skip").value_or("0");
  const auto skip = value_kinds::parse_number(text, 0, std::numeric_limits<std::size_t>::max());
  if (!skip) return invalid_request("The query parameter skip must be a whole number.", "skip");
  return *skip;
}

/// Returns the URL of the next page, which is absolute because the specification calls it a URI.
std::string next_link(const Route& route, const http::Request& request, std::size_t skip) {
  const char* operation =
      route.dialect == Dialect::flat ? "/listSessions" : "/.management/listSessions";
  return link_to(route, request, operation, "skip=" + std::to_string(skip));
}

http::Answer page(const Route& route, const http::Request& request,
                  const pools::SessionPool& pool) {
  auto skip = skip_of(request);
  if (!skip) return skip.error();
  SessionPage found{pool.list(), {}};
  const std::size_t total = found.sessions.size();
  const std::size_t first = std::min(*skip, total);
  const std::size_t last = std::min(first + kPageSize, total);
  found.sessions = {found.sessions.begin() + static_cast<std::ptrdiff_t>(first),
                    found.sessions.begin() + static_cast<std::ptrdiff_t>(last)};
  if (last < total) found.next_link = next_link(route, request, last);
  return json_response(session_page_json(route, found));
}

http::Response deleted(const Route& route, const SessionIdentifier& identifier) {
  http::Response response;
  if (route.dialect == Dialect::flat) {
    response.status = 204;
  } else {
    response.headers.add("content-type", "text/plain; charset=utf-8");
    response.body =
        "Session " + identifier.text() + " in session pool " + route.pool.name + " stopped.";
  }
  return response;
}

}  // namespace

asio::awaitable<http::Answer> list(const Services& services, const Route& route, http::Call& call) {
  const auto pool = services.pools.find_or_create(route.pool);
  if (!pool) co_return pool.error();
  co_return page(route, call.request, (*pool)->sessions());
}

asio::awaitable<http::Answer> get(const Services& services, const Route& route, http::Call& call) {
  const auto pool = services.pools.find_or_create(route.pool);
  if (!pool) co_return pool.error();
  const auto identifier = session_identifier(route, call);
  if (!identifier) co_return identifier.error();
  const auto session = (*pool)->sessions().find(*identifier);
  if (!session) co_return pools::no_such_session();
  call.exchange.session = session->guid;
  co_return json_response(session_json(route, *session));
}

asio::awaitable<http::Answer> remove(const Services& services, const Route& route,
                                     http::Call& call) {
  const auto pool = services.pools.find_or_create(route.pool);
  if (!pool) co_return pool.error();
  const auto identifier = session_identifier(route, call);
  if (!identifier) co_return identifier.error();
  if (const auto session = (*pool)->sessions().find(*identifier))
    call.exchange.session = session->guid;
  const bool ended = co_await (*pool)->sessions().end_session(*identifier);
  if (!ended) co_return pools::no_such_session();
  co_return deleted(route, *identifier);
}

}  // namespace dynsessions::surfaces::data_plane::sessions
