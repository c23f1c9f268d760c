#pragma once

#include <vector>

#include <boost/asio/awaitable.hpp>

#include "emulator/http/message.h"
#include "emulator/surfaces/admin/services.h"
#include "emulator/surfaces/guard_filter.h"

namespace dynsessions::surfaces::admin {

/// The emulator's own API, on a port of its own so that the emulated one stays the service's:
///   GET /health/live   200 as long as the process answers
///   GET /health/ready  200 when every component is ready, else 503; lists them with reasons
///   GET /server        the addresses of the server, as in its ready line
///   GET /version       name and version
///   /pools             the session pools, and below each of them its sessions, clock, faults and
///                      journal, and its reset
/// Each operation is a row of the table in admin_api.cpp and a function. A pool is named by
/// `/pools/{name}` (in the subscription and resource group of the default pool) or by its path on
/// the data plane; what exists below a pool exists without one too, and then means all pools.
///
/// Errors are {"error":{"code","message","field"}} and leave nothing half done. Needs no token;
/// RequestGuard keeps web pages out.
class AdminApi final : public http::Handler {
 public:
  AdminApi(Services services, RequestGuard guard);

  boost::asio::awaitable<http::Response> handle(http::Exchange& exchange, http::Request request,
                                                http::BodyReader& body) override;
  [[nodiscard]] http::Response refuse(http::Exchange& exchange, const Error& error) override;

 private:
  const Services services_;
  GuardFilter guard_;
  const std::vector<http::Filter*> filters_;
};

}  // namespace dynsessions::surfaces::admin
