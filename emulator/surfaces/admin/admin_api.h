#pragma once

#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "emulator/http/message.h"
#include "emulator/surfaces/admin/admin_token_filter.h"
#include "emulator/surfaces/admin/services.h"
#include "emulator/surfaces/guard_filter.h"

namespace dynsessions::surfaces::admin {

/// The emulator's own API, on a separate port so that the data plane has only paths of the service:
///   GET /health/live   200 as long as the process answers
///   GET /health/ready  200 when every component is ready, else 503; lists them with reasons
///   GET /server        the addresses of the server, as in its ready line
///   GET /version       name and version
///   GET /metrics       counts in the text format of Prometheus
///   GET /openapi.json  the description of this API
///   POST /token        a signed token for the data plane
///   GET /events        what happens, as server-sent events
///   /pools             the session pools, and below each of them its sessions, clock, faults and
///                      journal, and its reset
/// Each operation is a row of the table in admin_api.cpp and a function. A pool is named by
/// `/pools/{name}` (in the subscription and resource group of the default pool) or by its path on
/// the data plane; what exists below a pool exists without one too, and then means all pools.
///
/// Errors are {"error":{"code","message","field"}} and the request has then changed nothing.
/// RequestGuard keeps web pages out. A server that listens on more than loopback demands a token
/// (AdminTokenFilter).
class AdminApi final : public http::Handler {
 public:
  /// `token` is what requests need, as a bearer token; empty: none.
  AdminApi(Services services, RequestGuard guard, std::string token);

  boost::asio::awaitable<http::Response> handle(http::Exchange& exchange, http::Request request,
                                                http::BodyReader& body) override;
  [[nodiscard]] http::Response refuse(http::Exchange& exchange, const Error& error) override;

 private:
  const Services services_;
  GuardFilter guard_;
  AdminTokenFilter token_;
  const std::vector<http::Filter*> filters_;
};

}  // namespace dynsessions::surfaces::admin
