#pragma once

#include <functional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "emulator/http/message.h"
#include "emulator/surfaces/guard_filter.h"

namespace dynsessions::surfaces::admin {

/// One thing that must work before sessions can be had.
struct Component {
  std::string name;
  bool ready = false;
  std::string detail;  ///< what it is, or why it is not ready
};

/// Looks at every component. May ask other processes; resolves within some seconds.
using Health = std::function<boost::asio::awaitable<std::vector<Component>>()>;

/// What the operations of the admin API work with.
struct Services {
  std::string version;
  Health health;
  std::function<std::string()> server;  ///< JSON of its addresses
};

/// The emulator's own API, on a port of its own so that the emulated one stays the service's:
///   GET /health/live   200 as long as the process answers
///   GET /health/ready  200 when every component is ready, else 503; lists them with reasons
///   GET /server        the addresses of the server, as in its ready line
///   GET /version       name and version
/// Needs no token; RequestGuard keeps web pages out. Each operation is a row of the table in
/// admin_api.cpp and a function.
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
