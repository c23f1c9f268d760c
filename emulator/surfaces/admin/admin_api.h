#pragma once

#include <functional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "emulator/http/message.h"
#include "emulator/surfaces/request_guard.h"

namespace dynsessions::surfaces::admin {

/// One thing that must work before sessions can be had.
struct Component {
  std::string name;
  bool ready = false;
  std::string detail;  ///< what it is, or why it is not ready
};

/// The emulator's own API, on a port of its own so that the emulated one stays the service's:
///   GET /health/live   200 as long as the process answers
///   GET /health/ready  200 when every component is ready, else 503; lists them with reasons
///   GET /version       name and version
/// Needs no token; RequestGuard keeps web pages out.
class AdminApi final : public http::Handler {
 public:
  using Health = std::function<std::vector<Component>()>;

  AdminApi(std::string version, Health health, RequestGuard guard);

  boost::asio::awaitable<http::Response> handle(http::Request request,
                                                http::BodyReader& body) override;
  [[nodiscard]] http::Response refuse(const Error& error) override;

 private:
  [[nodiscard]] http::Response answer(const http::Request& request);
  [[nodiscard]] http::Response readiness() const;

  const std::string version_;
  const Health health_;
  const RequestGuard guard_;
};

}  // namespace dynsessions::surfaces::admin
